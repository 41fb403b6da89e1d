import { isTokenSource, TOKEN_LOCATIONS, type TokenSource } from '../types/token-location.js';
import { headerName } from './header-name.js';
import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import { flag, isToken, memberName, sectionOf, textOrEmpty } from './readers.js';
import { show } from './shown-value.js';

/** The header that holds a token. */
export interface HeaderOptions {
  /**
   * The name of the header. Flask: `JWT_HEADER_NAME`.
   * @default 'Authorization'
   */
  name?: string | undefined;
  /**
   * The scheme before the token; `''`: the header holds the token alone. Flask: `JWT_HEADER_TYPE`.
   * @default 'Bearer'
   */
  type?: string | undefined;
  /**
   * Accept the scheme in upper and lower case (RFC 9110 s.11.1), which Flask-JWT-Extended does not.
   * @default false
   */
  caseInsensitive?: boolean | undefined;
}

/** The query parameter that holds a token. */
export interface QueryStringOptions {
  /**
   * The name of the parameter. Flask: `JWT_QUERY_STRING_NAME`.
   * @default 'jwt'
   */
  name?: string | undefined;
  /**
   * Text before the token in the parameter. Flask: `JWT_QUERY_STRING_VALUE_PREFIX`.
   * @default ''
   */
  valuePrefix?: string | undefined;
}

/** The members of a JSON body that hold tokens. */
export interface JsonOptions {
  /**
   * The member with the access token. Flask: `JWT_JSON_KEY`.
   * @default 'access_token'
   */
  accessKey?: string | undefined;
  /**
   * The member with the refresh token. Flask: `JWT_REFRESH_JSON_KEY`.
   * @default 'refresh_token'
   */
  refreshKey?: string | undefined;
}

const HEADER = {
  name: headerName('Authorization'),
  type: scheme,
  caseInsensitive: flag(false),
} satisfies ReadersOf<HeaderOptions>;

const QUERY_STRING = {
  name: memberName('jwt'),
  valuePrefix: textOrEmpty(''),
} satisfies ReadersOf<QueryStringOptions>;

const JSON_BODY = {
  accessKey: memberName('access_token'),
  refreshKey: memberName('refresh_token'),
} satisfies ReadersOf<JsonOptions>;

/** @internal The settled option `header`. */
export interface HeaderSettings extends ValuesOf<typeof HEADER> {
  /** The name in lower case, as in `request.headers` of Node. */
  readonly field: string;
}

/** @internal */
export const header = sectionOf(HEADER, (values): HeaderSettings =>
  Object.freeze({ ...values, field: values.name.toLowerCase() }),
);
/** @internal */
export const queryString = sectionOf(QUERY_STRING);
/** @internal */
export const json = sectionOf(JSON_BODY);

/** @internal One location, or an ordered list of them. */
export function tokenLocation(section: OptionSection, name: string): readonly TokenSource[] {
  const value = section.raw(name) ?? 'headers';
  const locations: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (locations.length > 0 && locations.every(isTokenSource)) return Object.freeze([...locations]);
  const known = `${TOKEN_LOCATIONS.join(', ')}, a function (request) => token that is not async`;
  return section.refuse(name, `must be one of ${known}, or a list of them; it is ${show(value)}.`);
}

function scheme(section: OptionSection, name: string): string {
  const value = textOrEmpty('Bearer')(section, name);
  if (value === '' || isToken(value)) return value;
  return section.refuse(name, `must be one word, or '' for a header that holds the token alone; it is ${show(value)}.`);
}
