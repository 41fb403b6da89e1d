import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Controller, Sse, UseInterceptors, type CallHandler, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { AdapterName } from '../adapters.js';
import { TestApp } from '../jwt-app.js';
import type { CallAnswer, TransportDriver } from './driver.js';
import { handlersOf } from './handlers.js';

/** Makes the result of a handler the data of an event. */
class EventInterceptor implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const streamController: ClassDecorator = (target) => {
  Controller()(target);
  UseInterceptors(EventInterceptor)(target);
};

/** Server-sent events on Express or Fastify: the data of the first event, or the refusal of the request. */
export function serverSentEventsDriver(adapter: AdapterName): TransportDriver {
  return {
    name: `server-sent events, ${adapter}`,
    async start(options) {
      const controllers = [handlersOf(streamController, (name) => Sse(name))];
      const errorResponses: typeof options = {
        errorResponses: { any: ({ code, message }) => ({ status: 401, body: { code, message } }) },
      };
      const app = await new TestApp(adapter, { controllers, options: { ...errorResponses, ...options } }).start();
      return {
        call: async (handler, token) => read(`${await app.nest.getUrl()}/${handler}`, token),
        close: () => app.stop(),
      };
    },
  };
}

async function read(url: string, token: string | null): Promise<CallAnswer> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, resolve).on('error', reject).end();
  });
  const text = (await response.setEncoding('utf8').toArray()).join('');
  if (response.statusCode !== 200) return JSON.parse(text) as CallAnswer;
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? '{}';
  return { ok: (JSON.parse(data) as { identity: unknown }).identity };
}
