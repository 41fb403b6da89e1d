import { request as httpRequest, type IncomingMessage } from 'node:http';

/** The parts of a request in addition to its method and address. */
export interface Sending {
  /** The token of `Authorization: Bearer …`. */
  token?: string;
  /** Header lines in this order, with repeated names if needed. Values are bytes (latin1). */
  headers?: readonly (readonly [name: string, value: string])[];
  /** The client sends an object as JSON. */
  body?: object | string;
  /** The answer never ends, as a stream of events. Then only its status and header fields are read. */
  isEndless?: boolean;
}

/** An answer. Its header fields are not enumerable, so `toEqual({ status, body })` compares everything else. */
export class Answer {
  readonly #headers: IncomingMessage['headers'];

  constructor(
    readonly status: number,
    readonly body: unknown,
    headers: IncomingMessage['headers'],
  ) {
    this.#headers = headers;
  }

  /** A header field, or `undefined` if the answer does not have it. */
  header(name: string): string | undefined {
    return this.#headers[name.toLowerCase()]?.toString();
  }

  /** The `Set-Cookie` lines, in their order. */
  get setCookies(): readonly string[] {
    return this.#headers['set-cookie'] ?? [];
  }
}

/** Sends one request on its own connection with Node's client, because `fetch` would change some requests. */
export async function send(
  method: string,
  url: string,
  { token, headers = [], body, isEndless = false }: Sending = {},
): Promise<Answer> {
  const content = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
  const lines: [string, string][] = [
    ['Host', new URL(url).host],
    ...headers.map(([name, value]) => [name, value] as [string, string]),
  ];
  if (token !== undefined) lines.push(['Authorization', `Bearer ${token}`]);
  if (typeof body === 'object') lines.push(['Content-Type', 'application/json']);
  if (content !== '' || ['POST', 'PUT', 'PATCH'].includes(method))
    lines.push(['Content-Length', String(Buffer.byteLength(content))]);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers: lines.flat(), agent: false, timeout: 60_000 }, resolve);
    outgoing.on('timeout', () => outgoing.destroy(new Error('The server does not answer')));
    outgoing.on('error', reject).end(content);
  });
  if (isEndless && response.headers['content-type'] === 'text/event-stream') {
    response.destroy();
    return new Answer(response.statusCode ?? 0, '', response.headers);
  }
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
  return new Answer(response.statusCode ?? 0, isJson && text !== '' ? JSON.parse(text) : text, response.headers);
}
