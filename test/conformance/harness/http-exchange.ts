import { request as send } from 'node:http';
import type { ScenarioRequest } from './scenario.js';

/** A request as header lines and bytes. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** An answer as header lines and bytes. */
export interface WireResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const METHODS_WITH_LENGTH = new Set(['POST', 'PUT', 'PATCH']);

/** The header lines and bytes for a request of a scenario. */
export function wireRequest(request: ScenarioRequest): WireRequest {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    for (const line of typeof value === 'string' ? [value] : value) headers.push([name, line]);
  }
  const cookies = Object.entries(request.cookies ?? {});
  if (cookies.length > 0) headers.push(['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')]);
  const { body, mediaType } = wireBody(request);
  const contentType = 'contentType' in request ? request.contentType : mediaType;
  if (contentType) headers.push(['Content-Type', contentType]);
  const query = typeof request.query === 'string' ? request.query : encodePairs(request.query ?? {});
  return { method: request.method, target: request.path + (query && `?${query}`), headers, body: Buffer.from(body) };
}

function wireBody(request: ScenarioRequest): { body: string; mediaType: string | null } {
  if ('json' in request) return { body: JSON.stringify(request.json), mediaType: 'application/json' };
  if (request.form) return { body: encodePairs(request.form), mediaType: 'application/x-www-form-urlencoded' };
  return { body: request.raw ?? '', mediaType: null };
}

function encodePairs(pairs: Readonly<Record<string, unknown>>): string {
  return Object.entries(pairs)
    .flatMap(([name, value]) => [value].flat().map((item) => `${percentEncode(name)}=${percentEncode(String(item))}`))
    .join('&');
}

/** Encodes like the recorder: all characters except the unreserved ones of RFC 3986 s.2.3 and the slash. */
function percentEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/');
}

/** Sends exactly these header lines, including repeated ones. Their text is latin-1. */
export function exchange(port: number, { method, target, headers, body }: WireRequest): Promise<WireResponse> {
  const lines = [['Host', `127.0.0.1:${port}`], ...headers, ['Connection', 'close']];
  if (body.length > 0 || METHODS_WITH_LENGTH.has(method)) lines.push(['Content-Length', String(body.length)]);
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: '127.0.0.1', port, method, path: target, headers: lines.flat(), agent: false });
    outgoing.on('error', reject).on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: headerLines(incoming.rawHeaders),
          body: Buffer.concat(chunks),
        });
      });
    });
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`No answer to ${method} ${target} within 30 s.`)));
    outgoing.end(body);
  });
}

function headerLines(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([raw[at] as string, raw[at + 1] as string]);
  return lines;
}
