import { TextDecoder } from 'node:util';
import { withoutSecrets } from '../options/provider-address.js';
import type { Awaitable } from '../types/awaitable.js';

/** How a document is fetched. */
export interface DocumentRequest {
  readonly fetch: (...args: Parameters<typeof fetch>) => Awaitable<Response>;
  /** The largest document. */
  readonly maxBytes: number;
  /** Ends the fetch, in the middle of the body, too. */
  readonly signal: AbortSignal;
}

/** A JSON object, and how long it may be cached. */
export interface FetchedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  /** Milliseconds; `null`: the response does not say. */
  readonly maxAge: number | null;
}

/**
 * Fetches a JSON object. The media type is not checked, because many servers send a different one. A redirect is not
 * followed, because the server would then choose the address.
 */
export async function fetchDocument(address: string, request: DocumentRequest): Promise<FetchedDocument> {
  const { signal, maxBytes } = request;
  const shown = withoutSecrets(address);
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await request.fetch(address, { signal, headers, redirect: 'manual', credentials: 'omit' });
  try {
    refuseStatus(shown, response.status);
    const text = await readText(shown, response, maxBytes);
    return { document: parse(shown, text), maxAge: lifetimeOf(response.headers) };
  } catch (error) {
    // Else the rest of the body would still be received.
    response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

function refuseStatus(address: string, status: number): void {
  if (status === 200) return;
  const redirect = status === 0 || (status >= 300 && status < 400);
  throw new Error(`${address} responded ${redirect ? `${status}, a redirect, which is not followed` : status}.`);
}

async function readText(address: string, { body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    size += value.byteLength;
    if (size > maxBytes) {
      reader?.releaseLock();
      throw new Error(`${address} responded with more than ${maxBytes} bytes.`);
    }
    chunks.push(value);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function parse(address: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${address} did not respond with JSON.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${address} did not respond with a JSON object.`);
}

/** `max-age`, less the time that the document spent in caches on the network path (RFC 9111 s.4.2). */
function lifetimeOf(headers: Headers): number | null {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',');
  if (directives.some((directive) => /^\s*no-(?:store|cache)\s*$/.test(directive))) return 0;
  const seconds = directives.map((directive) => /^\s*max-age\s*=\s*"?(\d+)"?\s*$/.exec(directive)?.[1]).find(Boolean);
  if (seconds === undefined) return null;
  const held = /^\d+$/.exec(headers.get('age')?.trim() ?? '')?.[0] ?? '0';
  return Math.max(0, Number(seconds) - Number(held)) * 1000;
}
