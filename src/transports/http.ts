import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../types/http.js';
import { requestOf } from './carrier.js';

/** The request of a handler call; transports other than HTTP carry no token yet, so nothing may pass there. */
export function httpRequestOf(context: ExecutionContext): HttpRequest {
  const type = context.getType<string>();
  if (type === 'http') return requestOf(context) as HttpRequest;
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} requires a token, and tokens cannot be read from a ` +
      `"${type}" context yet. Mark it @Public() and check the token in the handler with TokenService.verify().`,
  );
}
