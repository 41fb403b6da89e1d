import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * Node's own request: Fastify wraps it as `raw`, Express passes it on. Other values of `raw` do not count. A middleware
 * may set `raw` to an object that many requests share, and these would share one user.
 */
export function nodeRequestOf(request: object): object {
  const { raw } = request as { readonly raw?: unknown };
  if (raw === undefined || isNodeRequest(request)) return request;
  return isNodeRequest(raw) ? raw : request;
}

/** HTTP/1, HTTP/2 (`Http2ServerRequest`), and the request of `app.inject()` (light-my-request). */
function isNodeRequest(value: unknown): value is object {
  return value instanceof IncomingMessage || (value instanceof Readable && 'httpVersion' in value);
}
