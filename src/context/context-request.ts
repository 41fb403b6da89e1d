import type { HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';

const requests = new WeakMap<JwtContext, HttpRequest>();

/** Remembers the request that the token of a context came with. */
export function storeRequest(context: JwtContext, request: HttpRequest): void {
  requests.set(context, request);
}

/** The request of a context; `undefined` for a copy of a context, and for every other value. */
export function requestOfContext(context: unknown): HttpRequest | undefined {
  return requests.get(context as JwtContext);
}
