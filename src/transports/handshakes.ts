import { ownValue } from '../types/claims.js';
import { headerValue, type HttpRequest } from '../types/http.js';
import { HandshakeRequest, isEncrypted } from './handshake-request.js';
import { protocolsIn, tokenOfProtocols } from './subprotocol.js';

/** The part of a socket of socket.io that is read here. */
interface IoClient {
  readonly handshake?: {
    readonly headers?: unknown;
    readonly url?: unknown;
    readonly auth?: unknown;
    readonly secure?: unknown;
  };
}

const handshakes = new WeakMap<object, HandshakeRequest>();

/** Remembers the request that opened the connection of a client. The messages of `ws` have only the client. */
export function rememberHandshake(client: object, request: HandshakeRequest): void {
  handshakes.set(client, request);
}

/**
 * The request that opened the connection of a client.
 *
 * @throws Error if the client is not one of socket.io and its request is unknown.
 */
export function handshakeOf(client: object): HandshakeRequest {
  const known = handshakes.get(client);
  if (known !== undefined) return known;
  const found = handshakeOfIo(client);
  if (found === null) {
    throw new Error(
      'The request that opened this connection is unknown, so its token cannot be read. Wrap the adapter: ' +
        'app.useWebSocketAdapter(authenticateSockets(new MyAdapter(app))).',
    );
  }
  handshakes.set(client, found);
  return found;
}

/** The upgrade request of `ws`, as the library reads it. Its token can be one of the subprotocols. */
export function handshakeOfUpgrade(request: HttpRequest): HandshakeRequest {
  const { headers, url, originalUrl } = request;
  const token = tokenOfProtocols(protocolsIn(headerValue(request, 'sec-websocket-protocol')));
  return new HandshakeRequest({ headers, url, originalUrl, isSecure: isEncrypted(request), token });
}

/** The handshake of a socket of socket.io. Each namespace of a connection has its own `auth`. */
function handshakeOfIo(client: IoClient): HandshakeRequest | null {
  const { headers, url, auth, secure } = client.handshake ?? {};
  if (!isObject(headers)) return null;
  return new HandshakeRequest({
    headers: headers as HttpRequest['headers'],
    url: typeof url === 'string' ? url : undefined,
    isSecure: secure === true,
    token: isObject(auth) ? tokenOfAuth(ownValue(auth, 'token')) : null,
  });
}

/** The token with or without `Bearer`. Any other value than a text is no token, and is refused as one. */
function tokenOfAuth(token: unknown): string | null {
  if (token === undefined || token === null) return null;
  if (typeof token !== 'string') return typeof token;
  return token.trim().replace(/^bearer\s+/i, '');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
