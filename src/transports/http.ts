import type { ArgumentsHost } from '@nestjs/common';
import type { HttpRequest } from '../types/http.js';
import { nodeRequestOf } from './node-request.js';
import type { Transport } from './transport.js';

/** HTTP, on Express and Fastify. */
export const http: Transport = {
  accepts: (context) => typeOf(context) === 'http',
  requestOf,
  keyOf: (context, request = requestOf(context)) => nodeRequestOf(request),
  lifetimeOf: () => 'call',
  operationOf: (context) => nodeRequestOf(requestOf(context)),
  tokenOf: undefined,
  refuse: undefined,
  answer(exception, host, adapter) {
    const response: unknown = host.switchToHttp().getResponse();
    if (adapter.isHeadersSent?.(response)) {
      adapter.end(response);
      return;
    }
    const { headers } = exception;
    for (const [name, value] of Object.entries(headers)) adapter.setHeader?.(response, name, value);
    const body = exception.getResponse();
    // Nest 11 on Express replaces the media type of an object by application/json.
    const isReplaced = typeof body === 'object' && 'Content-Type' in headers;
    adapter.reply(response, isReplaced ? JSON.stringify(body) : body, exception.getStatus());
  },
};

/** A context from a unit test may have only `switchToHttp()`. */
function typeOf(context: ArgumentsHost): string {
  return (context as Partial<ArgumentsHost>).getType?.<string>() ?? 'http';
}

/**
 * The first argument of the context. Reading it takes a tenth of the time of `switchToHttp()`, which creates three functions. A
 * context from a test may have no arguments.
 */
function requestOf(context: ArgumentsHost): HttpRequest {
  const args: unknown = (context as Partial<ArgumentsHost>).getArgs?.();
  const first: unknown = Array.isArray(args) ? args[0] : null;
  if (typeof first === 'object' && first !== null && 'headers' in first) return first as HttpRequest;
  return context.switchToHttp().getRequest<HttpRequest>();
}
