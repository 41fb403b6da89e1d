import { serialize } from 'cookie';
import { isCookieDomain } from '../options/cookie-options.js';
import type { CookieSettings } from '../options/cookie-options.js';
import type { HttpResponse } from '../types/http.js';

/** A cookie to set, or to delete if its value is `null`. */
export interface TokenCookie {
  readonly name: string;
  readonly path: string;
  readonly value: string | null;
  /** Scripts cannot read the cookie. */
  readonly httpOnly: boolean;
  /** Seconds. With `null` the browser deletes the cookie when it closes. */
  readonly maxAge: number | null;
  readonly domain: string | null;
}

/** The latest time of a `Date`, in milliseconds. */
const LAST_TIME = 8.64e15;

/** A `Set-Cookie` value (RFC 6265bis s.4.1). A deletion repeats every attribute, because browsers require it. */
export function toSetCookie(cookie: TokenCookie, settings: CookieSettings): string {
  const { name, path, value, httpOnly, maxAge, domain } = cookie;
  checkDomain(name, domain);
  return serialize(name, value ?? '', {
    path,
    httpOnly,
    ...(domain !== null && { domain }),
    ...(settings.secure && { secure: true }),
    ...(settings.sameSite !== null && { sameSite: settings.sameSite }),
    ...(settings.partitioned && { partitioned: true }),
    ...lifetime(value, maxAge),
  });
}

function lifetime(value: string | null, maxAge: number | null): { expires?: Date; maxAge?: number } {
  if (value === null) return { expires: new Date(0) };
  return maxAge === null ? {} : { maxAge, expires: new Date(Math.min(Date.now() + maxAge * 1000, LAST_TIME)) };
}

function checkDomain(name: string, domain: string | null): void {
  if (domain === null) return;
  if (!isCookieDomain(domain))
    throw new TypeError(`A cookie's domain must be a host name; it is ${JSON.stringify(domain)}.`);
  if (name.toLowerCase().startsWith('__host-')) {
    throw new TypeError(`The cookie ${name} cannot have a domain: its name begins with __Host- (RFC 6265bis s.4.1.3).`);
  }
}

/** Adds a cookie to the response, and leaves its other cookies: on Express, Fastify and Node. */
export function addSetCookie(response: HttpResponse, setCookie: string): void {
  const { raw } = response;
  if (raw === undefined || response.header === undefined) {
    response.setHeader?.('Set-Cookie', [...setCookies(response), setCookie]);
    return;
  }
  // Fastify has its own headers, and replaces those of Node's response when it sends. So cookies that middleware set on
  // Node's response move to Fastify's headers. Fastify itself appends to Set-Cookie.
  for (const earlier of textsOf(raw.getHeader('set-cookie'))) response.header('Set-Cookie', earlier);
  raw.removeHeader('set-cookie');
  response.header('Set-Cookie', setCookie);
}

/** The current `Set-Cookie` values of a response. */
export function setCookies(response: HttpResponse): string[] {
  return [...textsOf(response.raw?.getHeader('set-cookie')), ...textsOf(response.getHeader('set-cookie'))];
}

function textsOf(header: unknown): string[] {
  return [header].flat().filter((value) => typeof value === 'string');
}
