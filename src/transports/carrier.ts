import type { ExecutionContext } from '@nestjs/common';

/** Whether a value is Nest's context of a handler call rather than a request. */
function isContext(value: object): value is ExecutionContext {
  return typeof (value as Partial<ExecutionContext>).switchToHttp === 'function';
}

/**
 * The object a token is remembered by: Node's own request, which Fastify wraps anew and Express passes on. Outside HTTP
 * it is the arguments of the handler call.
 */
export function carrierOf(contextOrRequest: object): object {
  if (!isContext(contextOrRequest)) return (contextOrRequest as { raw?: object }).raw ?? contextOrRequest;
  if (contextOrRequest.getType() !== 'http') return contextOrRequest.getArgs<unknown[]>();
  const request = contextOrRequest.switchToHttp().getRequest<{ raw?: object }>();
  return request.raw ?? request;
}
