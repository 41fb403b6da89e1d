import type { HttpRequest } from '../types/http.js';

/** What opened a connection: the upgrade request, or the first request of socket.io. */
export interface Handshake {
  readonly headers: HttpRequest['headers'];
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
  /** Whether the connection is encrypted up to this process. */
  readonly isSecure: boolean;
  /** The token that the client sent in place of the header, because browsers cannot set a header. `null` without one. */
  readonly token: string | null;
}

/**
 * The request that opened a connection. It has no method: it is a GET that any site can cause, so a token from a cookie needs
 * the origin of the page. All messages of the connection have this request.
 */
export class HandshakeRequest implements HttpRequest, Handshake {
  readonly headers: HttpRequest['headers'];
  readonly url: string | undefined;
  readonly originalUrl: string | undefined;
  readonly isSecure: boolean;
  readonly token: string | null;

  constructor({ headers, url, originalUrl, isSecure, token }: Handshake) {
    this.headers = headers;
    this.url = url;
    this.originalUrl = originalUrl;
    this.isSecure = isSecure;
    this.token = token;
  }
}

/** Whether a request of Node, Express or Fastify arrived on an encrypted connection. */
export function isEncrypted(request: object): boolean {
  const { socket, raw } = request as { socket?: { encrypted?: unknown }; raw?: { socket?: { encrypted?: unknown } } };
  return (socket ?? raw?.socket)?.encrypted === true;
}
