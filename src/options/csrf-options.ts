import { METHODS } from 'node:http';
import { checkPrefix, cookiePath, type CookieSettings } from './cookie-options.js';
import { headerName } from './header-name.js';
import { type OptionSection, type ReadersOf, type ValuesOf } from './option-section.js';
import { fieldName, flag, memberName, names, orFalse, sectionOf } from './readers.js';
import { show } from './shown-value.js';

/** Where the double submit value of one kind of token is. */
export interface CsrfNames {
  /**
   * The request header with the value. Flask: `JWT_ACCESS_CSRF_HEADER_NAME`, `JWT_REFRESH_CSRF_HEADER_NAME`.
   * @default 'X-CSRF-TOKEN'
   */
  headerName?: string | undefined;
  /**
   * The form field with the value, for `checkForm`. Flask: `JWT_ACCESS_CSRF_FIELD_NAME`, `JWT_REFRESH_CSRF_FIELD_NAME`.
   * @default 'csrf_token'
   */
  fieldName?: string | undefined;
  /**
   * The cookie with the value, which scripts can read. Flask: `JWT_ACCESS_CSRF_COOKIE_NAME`,
   * `JWT_REFRESH_CSRF_COOKIE_NAME`.
   * @default 'csrf_access_token' or 'csrf_refresh_token'
   */
  cookieName?: string | undefined;
  /**
   * The path of that cookie. Flask: `JWT_ACCESS_CSRF_COOKIE_PATH`, `JWT_REFRESH_CSRF_COOKIE_PATH`.
   * @default '/'
   */
  cookiePath?: string | undefined;
}

/** The double submit check: a request with a token in a cookie must repeat the token's `csrf` claim elsewhere. */
export interface CsrfOptions {
  /**
   * The methods that need the double submit value, in upper or lower case. `GET` includes `HEAD`, which runs the same handler.
   * Flask: `JWT_CSRF_METHODS`.
   * @default ['POST', 'PUT', 'PATCH', 'DELETE']
   */
  methods?: readonly string[] | undefined;
  /**
   * Also set a cookie with the value, which scripts can read. Flask: `JWT_CSRF_IN_COOKIES`.
   * @default true
   */
  inCookies?: boolean | undefined;
  /**
   * Read the value from a form field when the header is missing. Flask: `JWT_CSRF_CHECK_FORM`.
   * @default false
   */
  checkForm?: boolean | undefined;
  /** The names for access tokens. */
  access?: CsrfNames | undefined;
  /** The names for refresh tokens. */
  refresh?: CsrfNames | undefined;
}

function csrfNames(cookieName: string) {
  return sectionOf({
    headerName: headerName('X-CSRF-TOKEN'),
    fieldName: memberName('csrf_token'),
    cookieName: fieldName(cookieName),
    cookiePath,
  } satisfies ReadersOf<CsrfNames>);
}

const CSRF = {
  /** In upper case. */
  methods: httpMethods,
  inCookies: flag(true),
  checkForm: flag(false),
  access: csrfNames('csrf_access_token'),
  refresh: csrfNames('csrf_refresh_token'),
} satisfies ReadersOf<CsrfOptions>;

/** @internal The settled option `csrf`. */
export type CsrfSettings = ValuesOf<typeof CSRF>;

/** @internal `null`: no double submit check. */
export const csrf = orFalse(sectionOf(CSRF));

/** @internal Refuses CSRF cookies that browsers drop. */
export function checkCsrfCookies(csrf: CsrfSettings | null, cookies: CookieSettings, section: OptionSection): void {
  if (csrf === null) return;
  for (const kind of ['access', 'refresh'] as const) {
    const option = `csrf.${kind}.cookieName`;
    const cookie = { name: csrf[kind].cookieName, path: csrf[kind].cookiePath };
    checkPrefix(section, option, cookie, cookies);
  }
}

function httpMethods(section: OptionSection, name: string): ReadonlySet<string> {
  const methods = (names(section, name) ?? ['POST', 'PUT', 'PATCH', 'DELETE']).map((method) => method.toUpperCase());
  if (methods.length === 0)
    section.refuse(name, 'is an empty list, so no request would be checked. Write csrf: false.');
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) section.refuse(name, `holds ${show(unknown)}, which is not an HTTP method.`);
  // Nest and Express run the handler of GET for HEAD, too (RFC 9110 s.9.3.2).
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}
