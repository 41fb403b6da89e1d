import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HttpRequest } from '../types/http.js';

/** How the clients of an adapter that the library does not know are authenticated. */
export interface SocketAuthentication {
  /**
   * The request that opened the connection of a client: its `headers`, and its `url` for a token in the query. `args` are the
   * further arguments of the adapter for a new client.
   *
   * @default the first of `args` with headers, or `client.upgradeReq`, `client.request` or `client.handshake`
   */
  requestOf?(client: unknown, ...args: unknown[]): HttpRequest;
  /**
   * Ends the connection of a refused client, and of one whose token has ended.
   *
   * @default client.close(4401, code), else client.end(4401, code) or client.disconnect(true)
   */
  end?(client: unknown, error: JwtExtendedException): void;
}
