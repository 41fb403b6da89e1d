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
  const request = requestOf(contextOrRequest);
  return request.raw ?? request;
}

/**
 * The request of an HTTP context. Nest's own contexts have it first among their arguments, at a tenth of what
 * `switchToHttp()` takes, which makes three functions; those made for a test may have nothing there.
 */
export function requestOf(context: ExecutionContext): { raw?: object } {
  const args: unknown = (context as Partial<ExecutionContext>).getArgs?.();
  const first: unknown = Array.isArray(args) ? args[0] : null;
  if (typeof first === 'object' && first !== null && 'headers' in first) return first as { raw?: object };
  return context.switchToHttp().getRequest<{ raw?: object }>();
}
