import type { HttpResponse } from '../types/http.js';

/** The request headers in which a token can come. Caches have to tell answers apart by them (RFC 9111 s.4.1). */
const TOKEN_HEADERS = ['Authorization', 'Cookie'];

/** Lets the client alone store an answer (RFC 9111 s.5.2.2.7), unless the application has said what caches may do. */
export function keepPrivate(response: HttpResponse): void {
  varyByToken(response);
  if (headerOf(response, 'cache-control') === '') setHeader(response, 'Cache-Control', 'private');
}

/** Names the headers with tokens in `Vary`, besides what the application has named. */
function varyByToken(response: HttpResponse): void {
  const named = headerOf(response, 'vary')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (named.includes('*')) return;
  const missing = TOKEN_HEADERS.filter((header) => !named.some((name) => name.toLowerCase() === header.toLowerCase()));
  if (missing.length > 0) setHeader(response, 'Vary', [...named, ...missing].join(', '));
}

function headerOf(response: HttpResponse, name: string): string {
  const value = response.getHeader(name) ?? response.raw?.getHeader(name);
  return [value].flat().join(', ');
}

function setHeader(response: HttpResponse, name: string, value: string): void {
  if (response.header !== undefined && response.raw !== undefined) response.header(name, value);
  else response.setHeader?.(name, value);
}
