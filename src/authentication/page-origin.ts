import { CsrfException } from '../errors/exceptions.js';
import type { HandshakeRequest } from '../transports/handshake-request.js';
import { headerValue } from '../types/http.js';

/**
 * Whether a handshake with its token in a cookie comes from a page of the same host, or of an allowed origin. `false` if it
 * does not come from a page: then it needs the double submit value.
 *
 * @throws CsrfException if it comes from another page
 */
export function isFromOwnPage(request: HandshakeRequest, allowedOrigins: readonly string[]): boolean {
  // The second name is that of version 8 of the protocol, which `ws` accepts.
  const origin = headerValue(request, 'origin') || headerValue(request, 'sec-websocket-origin');
  if (origin !== '') return isOwn(origin, request, allowedOrigins) || refuse();
  // Browsers send no Origin with a GET to the same origin, with which socket.io begins. A page can set neither of these headers.
  const site = headerValue(request, 'sec-fetch-site');
  if (site !== '') return site === 'same-origin' || refuse();
  const referer = headerValue(request, 'referer');
  return referer !== '' && URL.canParse(referer) && isSameHost(new URL(referer), request);
}

function isOwn(origin: string, request: HandshakeRequest, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.includes(origin.toLowerCase())) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.href === `${url.origin}/` && (allowedOrigins.includes(url.origin) || isSameHost(url, request));
}

/**
 * Whether a page is one of the host of the request. Only the header `Host` counts: a client can write `X-Forwarded-Host` itself.
 * Behind a proxy the scheme of the page is unknown. On an encrypted connection a page without encryption is another one.
 */
function isSameHost({ protocol, host }: URL, request: HandshakeRequest): boolean {
  if (protocol !== 'https:' && (protocol !== 'http:' || request.isSecure)) return false;
  const address = `${protocol}//${headerValue(request, 'host')}`;
  return URL.canParse(address) && new URL(address).host === host && host !== '';
}

function refuse(): never {
  throw new CsrfException('A page of this origin cannot use the cookies');
}
