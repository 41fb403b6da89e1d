import type { HttpRequest } from '../types/http.js';
import { HandshakeRequest, isEncrypted } from './handshake-request.js';
import { nodeRequestOf } from './node-request.js';

/** The request of a GraphQL operation. */
export interface GraphqlRequest {
  readonly request: HttpRequest;
  /** The object that lives as long as the socket of the operation; `null` for an operation over HTTP. */
  readonly socket: object | null;
  /** The member `token` of the payload of `connection_init`. */
  readonly token: string | null;
}

/** The payload of `connection_init`: any JSON value that the client sends. */
type Payload = Readonly<Record<string, unknown>>;

/** The members that a context can have. Those of Apollo, graphql-ws and Mercurius, and of the application's own function. */
interface OperationContext {
  /** Apollo and Mercurius over HTTP: the request. Apollo over a socket: the context of graphql-ws. */
  readonly req?: unknown;
  /** The context of graphql-ws itself. */
  readonly extra?: unknown;
  readonly connectionParams?: unknown;
  /** Mercurius over a socket: the upgrade request, and the payload. */
  readonly request?: unknown;
  readonly _connectionInit?: unknown;
  /** Mercurius over HTTP. */
  readonly reply?: unknown;
}

/** The request of an operation over HTTP, of Apollo and Mercurius. `null` for an operation over a socket. */
export function httpRequestOf(context: OperationContext): HttpRequest | null {
  const { req } = context;
  return isRequest(req) && upgradeOf(req) === undefined && upgradeOf(context) === undefined ? req : null;
}

/** `null` if the context has no request, because the application returned another object from `context`. */
export function readGraphqlRequest(context: OperationContext): GraphqlRequest | null {
  for (const candidate of [context.req, context]) {
    const upgrade = upgradeOf(candidate);
    if (isRequest(upgrade)) return overSocket(upgrade, upgrade, (candidate as OperationContext).connectionParams);
  }
  if (isRequest(context.req)) return overHttp(context.req);
  if (isRequest(context.request)) {
    return overSocket(context.request, nodeRequestOf(context.request), context._connectionInit);
  }
  const ofReply = (context.reply as { readonly request?: unknown } | undefined)?.request;
  return isRequest(ofReply) ? overHttp(ofReply) : null;
}

function upgradeOf(candidate: unknown): unknown {
  const extra = (candidate as OperationContext | undefined)?.extra;
  return (extra as { readonly request?: unknown } | undefined)?.request;
}

function overHttp(request: HttpRequest): GraphqlRequest {
  return { request, socket: null, token: null };
}

/** The upgrade request with the header fields of the payload. */
function overSocket(upgrade: HttpRequest, socket: object, sent: unknown): GraphqlRequest {
  const payload = isObject(sent) ? (sent as Payload) : {};
  const fields = { ...fieldsOf(payload.headers), ...fieldsOf(payload) };
  const { authorization = upgrade.headers.authorization } = fields;
  // The payload adds fields, and does not replace those of the browser, such as Cookie and Origin.
  const headers = { ...fields, ...upgrade.headers, ...(authorization !== undefined && { authorization }) };
  const { url, originalUrl } = upgrade;
  const token = typeof payload.token === 'string' ? payload.token : null;
  const request = new HandshakeRequest({ headers, url, originalUrl, isSecure: isEncrypted(upgrade), token });
  return { request, socket, token };
}

/** The members with a text, as header fields with names in lower case. */
function fieldsOf(payload: unknown): Record<string, string> {
  if (!isObject(payload)) return {};
  const fields = Object.entries(payload).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value]));
}

function isRequest(value: unknown): value is HttpRequest {
  return isObject(value) && isObject((value as Partial<HttpRequest>).headers);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
