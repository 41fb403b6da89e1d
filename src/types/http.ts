import { ownValue } from './claims.js';

/** The properties of a request in which tokens are found. Requests of Express, Fastify and Node have them. */
export interface HttpRequest {
  /** The method, in upper case. */
  readonly method?: string | undefined;
  /** The URL, with its query string. */
  readonly url?: string | undefined;
  /** Express: the full URL. A router shortens `url`. */
  readonly originalUrl?: string | undefined;
  /** The header fields, with names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, parsed by the framework. */
  readonly body?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: object | undefined;
}

/** The value of a header, by its name in lower case. Node joins repeated headers. Without the header: `''`. */
export function headerValue(request: HttpRequest, name: string): string {
  const value = ownValue(request.headers, name);
  if (typeof value === 'string') return value;
  // An object inherits a function for a name such as `constructor`.
  return Array.isArray(value) ? value.join(', ') : '';
}

/** The methods of a response that set cookies. Responses of Express, Fastify and Node have them. */
export interface HttpResponse {
  /** The current value of a header. */
  getHeader(name: string): unknown;
  /** Express and Node. */
  setHeader?(name: string, value: string | string[]): unknown;
  /** Fastify. */
  header?(name: string, value: string): unknown;
  /** Fastify: Node's own response. */
  readonly raw?:
    | {
        /** The current value of a header. */
        getHeader(name: string): unknown;
        /** Removes a header. */
        removeHeader(name: string): unknown;
        /** Whether the headers have left the server. */
        readonly headersSent: boolean;
      }
    | undefined;
  /** Fastify: the request of this response. */
  readonly request?: object | undefined;
  /** Express and Node: the request of this response. */
  readonly req?: object | undefined;
  /** Express and Node. */
  readonly headersSent?: boolean | undefined;
}
