import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../types/http.js';

/** The request of a handler call; transports other than HTTP carry no token yet, so nothing may pass there. */
export function httpRequestOf(context: ExecutionContext): HttpRequest {
  const type = context.getType<string>();
  // By its place: `switchToHttp()` makes three functions with each call.
  if (type === 'http') return context.getArgByIndex<HttpRequest | undefined>(0) ?? context.switchToHttp().getRequest();
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} requires a token, and tokens cannot be read from a ` +
      `"${type}" context yet. Mark it @Public() and check the token in the handler with TokenService.verify().`,
  );
}
