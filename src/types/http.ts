/** What a request has to have for a token to be found in it: Express's, Fastify's and Node's do. */
export interface HttpRequest {
  /** The method, in upper case. */
  readonly method?: string;
  /** The address, with its query. */
  readonly url?: string;
  /** Express: the address before a router shortened it. */
  readonly originalUrl?: string;
  /** The header fields, with names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the framework's parser made of the body. */
  readonly body?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: object;
}

/** A header's value, by its name in lower case: of repeated lines what Node makes of them, `''` where there is none. */
export function headerValue(request: HttpRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

/** What a response has to have for cookies to be set on it: Express's, Fastify's and Node's do. */
export interface HttpResponse {
  /** What is set so far. */
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
