import { Controller, Get } from '@nestjs/common';
import type { AdapterName } from '../adapters.js';
import { TestApp } from '../jwt-app.js';
import type { TransportDriver } from './driver.js';
import { handlersOf } from './handlers.js';

/** HTTP on Express or Fastify. The body of a refusal has the code too. */
export function httpDriver(adapter: AdapterName): TransportDriver {
  return {
    name: `HTTP, ${adapter}`,
    async start(options) {
      const controllers = [handlersOf(Controller(), (name) => Get(name))];
      const errorResponses: typeof options = {
        errorResponses: { any: ({ code, message }) => ({ status: 401, body: { code, message } }) },
      };
      const app = await new TestApp(adapter, { controllers, options: { ...errorResponses, ...options } }).start();
      return {
        async call(handler, token) {
          const { status, body } = await app.get(`/${handler}`, token ?? undefined);
          const answer = body as { identity: unknown; code: string; message: string };
          return status === 200 ? { ok: answer.identity } : { code: answer.code, message: answer.message };
        },
        close: () => app.stop(),
      };
    },
  };
}
