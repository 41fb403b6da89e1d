/** The options of a fetch. */
export interface DocumentRequest {
  readonly fetch: typeof fetch;
  readonly maxBytes: number;
  /** Aborts the fetch, also during the body. */
  readonly signal: AbortSignal;
}

/** A fetched JSON object and its lifetime. */
export interface FetchedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  /** Milliseconds. `null` if the response has no lifetime. */
  readonly maxAge: number | null;
}

/**
 * Fetches a JSON object. It ignores the media type, because many servers send a wrong one. It does not follow redirects,
 * because the server of the first address would then choose the second address.
 */
export async function fetchDocument(address: string, request: DocumentRequest): Promise<FetchedDocument> {
  const { signal, maxBytes } = request;
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await request.fetch(address, { signal, headers, redirect: 'manual', credentials: 'omit' });
  try {
    refuseStatus(address, response.status);
    const text = await readText(address, response, maxBytes);
    return { document: parse(address, text), maxAge: lifetimeOf(response.headers) };
  } catch (error) {
    // Otherwise the rest of the body would still be received.
    response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

function refuseStatus(address: string, status: number): void {
  if (status === 200) return;
  const redirect = status === 0 || (status >= 300 && status < 400);
  throw new Error(`${address} answered ${redirect ? `${status}, a redirect, which is refused` : status}.`);
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
      throw new Error(`${address} answered more than ${maxBytes} bytes.`);
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
    throw new Error(`${address} did not answer JSON.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${address} did not answer a JSON object.`);
}

/** `max-age` minus the `age` in a cache between the server and us (RFC 9111 s.4.2). */
function lifetimeOf(headers: Headers): number | null {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',');
  if (directives.some((directive) => /^\s*no-(?:store|cache)\s*$/.test(directive))) return 0;
  const seconds = directives.map((directive) => /^\s*max-age\s*=\s*"?(\d+)"?\s*$/.exec(directive)?.[1]).find(Boolean);
  if (seconds === undefined) return null;
  const held = /^\d+$/.exec(headers.get('age')?.trim() ?? '')?.[0] ?? '0';
  return Math.max(0, Number(seconds) - Number(held)) * 1000;
}
