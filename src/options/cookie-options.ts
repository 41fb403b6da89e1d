import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import { fieldName, flag, sectionOf, text } from './readers.js';
import { show } from './shown-value.js';

/** The name and path of a cookie. */
export interface CookieName {
  /**
   * Flask: `JWT_ACCESS_COOKIE_NAME`, `JWT_REFRESH_COOKIE_NAME`.
   * @default 'access_token_cookie' or 'refresh_token_cookie'
   */
  name?: string | undefined;
  /**
   * Browsers send the cookie to this path and below it. Flask: `JWT_ACCESS_COOKIE_PATH`, `JWT_REFRESH_COOKIE_PATH`.
   * @default '/'
   */
  path?: string | undefined;
}

/** The cookies that hold tokens, and their attributes (RFC 6265bis). */
export interface CookieOptions {
  /** The cookie with the access token. */
  access?: CookieName | undefined;
  /** The cookie with the refresh token. */
  refresh?: CookieName | undefined;
  /**
   * `Domain`: the host whose subdomains also get the cookies; `null`: only the host that set them. Flask:
   * `JWT_COOKIE_DOMAIN`.
   * @default null
   */
  domain?: string | null | undefined;
  /**
   * `Secure`: browsers send the cookies over https only. Flask: `JWT_COOKIE_SECURE` (`False` there).
   * @default true
   */
  secure?: boolean | undefined;
  /**
   * `SameSite`; `false`: no such attribute. Flask: `JWT_COOKIE_SAMESITE` (`None` there).
   * @default 'lax'
   */
  sameSite?: 'lax' | 'strict' | 'none' | false | undefined;
  /**
   * `true`: the browser deletes the cookies when it closes. `false`: it keeps them for 31540000 seconds. Flask:
   * `JWT_SESSION_COOKIE`.
   * @default true
   */
  session?: boolean | undefined;
  /**
   * `Partitioned` (CHIPS): a separate cookie for each site that embeds this one.
   * @default false
   */
  partitioned?: boolean | undefined;
}

/** Reads the name and path of a cookie. */
function cookieNamed(fallback: string) {
  return sectionOf({ name: fieldName(fallback), path: cookiePath } satisfies ReadersOf<CookieName>);
}

const COOKIES = {
  access: cookieNamed('access_token_cookie'),
  refresh: cookieNamed('refresh_token_cookie'),
  domain: cookieDomain,
  secure: flag(true),
  sameSite,
  session: flag(true),
  partitioned: flag(false),
} satisfies ReadersOf<CookieOptions>;

/** @internal The settled option `cookies`. */
export type CookieSettings = ValuesOf<typeof COOKIES>;

/** @internal */
export const cookies = sectionOf(COOKIES, checkCookies);

const NAME_FOR_HTTP = 'For development over plain http, use a name without the prefix there.';
const HOST_PREFIX =
  'Better use __Host- with the path / and without a domain: other hosts of the domain can set a __Secure- cookie.';
const ATTRIBUTES_FOR_HTTP =
  'For development over plain http, leave "sameSite" at \'lax\' and set "secure" to false there.';

/** The characters of a path in an address (RFC 3986 s.3.3), but for the semicolon, which ends the attribute. */
const COOKIE_PATH = /^\/[\w\-.~!$&'()*+,=:@%/]*$/;

/** A browser resolves these segments before it compares the path of an address with that of a cookie. */
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/** One or more labels of a host name (RFC 1123 s.2.1), with a dot before them or not. */
const HOST_NAME = /^\.?(?:[a-z\d](?:[a-z\d-]*[a-z\d])?)(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;

/** @internal The path of a cookie. */
export function cookiePath(section: OptionSection, name: string): string {
  const path = text('/')(section, name);
  if (COOKIE_PATH.test(path) && !DOT_SEGMENT.test(path)) return path;
  return section.refuse(
    name,
    `must begin with /, as the path of an address that a browser sends: without a query, blanks or dot segments; it is ${show(path)}.`,
  );
}

/** @internal Whether a value can be the `Domain` of a cookie. */
export function isCookieDomain(value: unknown): value is string {
  return typeof value === 'string' && value.length < 256 && HOST_NAME.test(value);
}

/**
 * Refuses a name whose prefix makes browsers drop the cookie under these attributes (RFC 6265bis s.4.1.3).
 * @internal
 */
export function checkPrefix(
  section: OptionSection,
  option: string,
  cookie: { readonly name: string; readonly path: string },
  { secure, domain }: Pick<CookieSettings, 'secure' | 'domain'>,
): void {
  const name = cookie.name.toLowerCase();
  if (name.startsWith('__secure-') && !secure) {
    section.refuse(option, `begins with __Secure-, so cookies.secure must be true. ${HOST_PREFIX} ${NAME_FOR_HTTP}`);
  }
  if (name.startsWith('__host-') && (!secure || domain !== null || cookie.path !== '/')) {
    const rule = 'so cookies.secure must be true, its path / and cookies.domain left out';
    section.refuse(option, `begins with __Host-, ${rule}. ${NAME_FOR_HTTP}`);
  }
}

function checkCookies(cookies: CookieSettings, section: OptionSection): CookieSettings {
  if (cookies.sameSite === 'none' && !cookies.secure) {
    section.refuse('sameSite', `'none' needs "secure": browsers drop the cookie otherwise. ${ATTRIBUTES_FOR_HTTP}`);
  }
  if (cookies.partitioned && !cookies.secure) {
    section.refuse('partitioned', `needs "secure": browsers drop the cookie otherwise. ${ATTRIBUTES_FOR_HTTP}`);
  }
  checkPrefix(section, 'access.name', cookies.access, cookies);
  checkPrefix(section, 'refresh.name', cookies.refresh, cookies);
  return cookies;
}

function cookieDomain(section: OptionSection, name: string): string | null {
  const domain = section.raw(name) ?? null;
  if (domain === null || isCookieDomain(domain)) return domain;
  return section.refuse(name, `must be a host name such as example.com; it is ${show(domain)}.`);
}

/** `null`: no attribute. */
function sameSite(section: OptionSection, name: string): 'lax' | 'strict' | 'none' | null {
  const value = section.raw(name) ?? 'lax';
  if (value === false) return null;
  if (value === 'lax' || value === 'strict' || value === 'none') return value;
  return section.refuse(name, `must be 'lax', 'strict', 'none' or false (no attribute); it is ${show(value)}.`);
}
