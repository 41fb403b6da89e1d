import { METHODS } from 'node:http';
import { show, type OptionReader } from './option-reader.js';
import type { CookieSettings, CsrfNameSettings, CsrfSettings } from './settings.js';

const SAME_SITE = ['lax', 'strict', 'none', false];
const CSRF_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];
const PREFIX_OVER_HTTP = 'For development over plain http give the cookie a name without the prefix there only.';
const PLAIN_HTTP = 'For development over plain http leave "sameSite" at \'lax\' and set "secure" to false there only.';

/** The names and attributes of the cookies, held against the rules browsers have for them (RFC 6265bis s.4.1). */
export function resolveCookies(options: OptionReader): CookieSettings {
  const section = options.section('cookies', [
    'access',
    'refresh',
    'domain',
    'secure',
    'sameSite',
    'session',
    'partitioned',
  ]);
  const cookies: CookieSettings = Object.freeze({
    access: readCookie(section.section('access', ['name', 'path']), 'access_token_cookie'),
    refresh: readCookie(section.section('refresh', ['name', 'path']), 'refresh_token_cookie'),
    domain: readDomain(section),
    secure: section.flag('secure', true),
    sameSite: readSameSite(section),
    session: section.flag('session', true),
    partitioned: section.flag('partitioned', false),
  });
  if (cookies.sameSite === 'none' && !cookies.secure) {
    section.refuse('sameSite', `'none' needs "secure": browsers drop the cookie otherwise. ${PLAIN_HTTP}`);
  }
  if (cookies.partitioned && !cookies.secure) {
    section.refuse('partitioned', `needs "secure": browsers drop the cookie otherwise. ${PLAIN_HTTP}`);
  }
  checkPrefix(section, 'access.name', cookies.access, cookies);
  checkPrefix(section, 'refresh.name', cookies.refresh, cookies);
  return cookies;
}

/** The double submit protection, or `null` where it is switched off. */
export function resolveCsrf(options: OptionReader, cookies: CookieSettings): CsrfSettings | null {
  if (options.raw('csrf') === false) return null;
  const section = options.section('csrf', ['methods', 'inCookies', 'checkForm', 'access', 'refresh']);
  const csrf: CsrfSettings = Object.freeze({
    methods: readMethods(section),
    inCookies: section.flag('inCookies', true),
    checkForm: section.flag('checkForm', false),
    access: readNames(section, 'access', 'csrf_access_token'),
    refresh: readNames(section, 'refresh', 'csrf_refresh_token'),
  });
  for (const kind of ['access', 'refresh'] as const) {
    const cookie = { name: csrf[kind].cookieName, path: csrf[kind].cookiePath };
    checkPrefix(section, `${kind}.cookieName`, cookie, cookies);
    refuseTokenCookie(section, `${kind}.cookieName`, cookie, cookies);
  }
  return csrf;
}

function readCookie(section: OptionReader, name: string): { name: string; path: string } {
  return Object.freeze({ name: section.token('name', name), path: readPath(section, 'path') });
}

function readNames(csrf: OptionReader, kind: string, cookieName: string): CsrfNameSettings {
  const section = csrf.section(kind, ['headerName', 'fieldName', 'cookieName', 'cookiePath']);
  return Object.freeze({
    headerName: section.token('headerName', 'X-CSRF-TOKEN'),
    fieldName: section.text('fieldName', 'csrf_token'),
    cookieName: section.token('cookieName', cookieName),
    cookiePath: readPath(section, 'cookiePath'),
  });
}

function readPath(section: OptionReader, name: string): string {
  const path = section.text(name, '/');
  if (!/^\/[\x21-\x3a\x3c-\x7e]*$/.test(path)) {
    section.refuse(name, `must begin with / and hold neither blanks nor semicolons; it is ${show(path)}.`);
  }
  return path;
}

function readDomain(section: OptionReader): string | null {
  const domain = section.raw('domain') ?? null;
  if (domain === null) return null;
  return isCookieDomain(domain)
    ? domain
    : section.refuse('domain', `must be a host name such as example.com; it is ${show(domain)}.`);
}

/** Whether a value can stand as `Domain` in a cookie. */
export function isCookieDomain(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9.-]+$/.test(value);
}

function readSameSite(section: OptionReader): CookieSettings['sameSite'] {
  const given = section.raw('sameSite') ?? 'lax';
  if (!SAME_SITE.includes(given as string | false)) {
    section.refuse('sameSite', `must be 'lax', 'strict', 'none' or false (attribute left out); it is ${show(given)}.`);
  }
  return given === false ? null : (given as CookieSettings['sameSite']);
}

function readMethods(section: OptionReader): ReadonlySet<string> {
  const methods = (section.texts('methods') ?? CSRF_METHODS).map((method) => method.toUpperCase());
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) section.refuse('methods', `holds ${show(unknown)}, which is no HTTP method.`);
  return new Set(methods);
}

/** Whether a cookie of such a name is kept by browsers under these attributes (RFC 6265bis s.4.1.3). */
function checkPrefix(
  section: OptionReader,
  option: string,
  cookie: { name: string; path: string },
  { secure, domain }: CookieSettings,
): void {
  const name = cookie.name.toLowerCase();
  if (name.startsWith('__secure-') && !secure) {
    section.refuse(option, `begins with __Secure-, so cookies.secure must be true. ${PREFIX_OVER_HTTP}`);
  }
  if (name.startsWith('__host-') && (!secure || domain !== null || cookie.path !== '/')) {
    section.refuse(
      option,
      `begins with __Host-, so cookies.secure must be true, its path / and cookies.domain left out. ${PREFIX_OVER_HTTP}`,
    );
  }
}

/** A CSRF cookie in the place of a token would hand scripts the one or lose the other. */
function refuseTokenCookie(
  section: OptionReader,
  option: string,
  cookie: { name: string; path: string },
  { access, refresh }: CookieSettings,
): void {
  if ([access, refresh].some(({ name, path }) => name === cookie.name && path === cookie.path)) {
    section.refuse(option, `is ${show(cookie.name)}, the cookie that holds a token. Give each a name of its own.`);
  }
}
