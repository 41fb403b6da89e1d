/** The properties of a request in which tokens are found. Requests of Express, Fastify and Node have them. */
export interface HttpRequest {
  /** The method, in upper case. */
  readonly method?: string;
  /** The URL, with its query string. */
  readonly url?: string;
  /** Express: the full URL. A router shortens `url`. */
  readonly originalUrl?: string;
  /** The header fields, with names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, parsed by the framework. */
  readonly body?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: object;
}

/** The value of a header, by its name in lower case. Node joins repeated headers. Without the header: `''`. */
export function headerValue(request: HttpRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
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
  readonly raw?: {
    getHeader(name: string): unknown;
    removeHeader(name: string): unknown;
    readonly headersSent: boolean;
  };
  /** Express and Node. */
  readonly headersSent?: boolean;
}
