import type { HttpResponse } from '../types/http.js';

/** The headers that tell caches what they can store: RFC 9111, RFC 9213 and the Edge Architecture Specification. */
const STORING_HEADERS = ['Cache-Control', 'CDN-Cache-Control', 'Surrogate-Control'];

/** Lets the client alone store an answer (RFC 9111 s.5.2.2.7), unless the application has said what caches may do. */
export function allowPrivateStoring(response: HttpResponse, tokenHeader: string): void {
  varyByToken(response, tokenHeader);
  if (headerOf(response, 'cache-control') === '') setHeader(response, 'Cache-Control', 'private');
}

/**
 * Forbids caches to store an answer with a token (RFC 6749 s.5.1), also where the application allows it. A shared cache would
 * hand the token to other users. An answer that the application keeps private stays private.
 */
export function forbidStoring(response: HttpResponse, tokenHeader: string): void {
  varyByToken(response, tokenHeader);
  for (const name of STORING_HEADERS) {
    const value = headerOf(response, name.toLowerCase());
    const isDue = value === '' ? name === 'Cache-Control' : !isUnshared(value);
    if (isDue) setHeader(response, name, 'no-store');
  }
}

/** Whether no shared cache stores the answer. `private="Set-Cookie"` concerns only that header (RFC 9111 s.5.2.2.7). */
function isUnshared(value: string): boolean {
  const directives = value.replace(/"[^"]*"/g, '""').split(',');
  return directives.some((directive) => ['no-store', 'private'].includes(directive.trim().toLowerCase()));
}

/**
 * Names the request headers that can hold a token in `Vary`, in addition to those that the application named. Caches tell
 * answers apart by them (RFC 9111 s.4.1). `tokenHeader` is the option `header.name`; `'*'`: any header can hold a token.
 */
export function varyByToken(response: HttpResponse, tokenHeader: string): void {
  const named = headerOf(response, 'vary')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (named.includes('*')) return;
  if (tokenHeader === '*') return setHeader(response, 'Vary', '*');
  const known = named.map((name) => name.toLowerCase());
  const missing = [tokenHeader, 'Cookie'].filter((name) => !known.includes(name.toLowerCase()));
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
