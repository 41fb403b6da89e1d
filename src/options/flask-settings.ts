import type { EncodeDecode } from './claim-options.js';
import type { CookieName, CookieOptions } from './cookie-options.js';
import type { CsrfNames, CsrfOptions } from './csrf-options.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';
import {
  filledList,
  filledText,
  flag,
  key,
  lifetime,
  list,
  parsed,
  sameSite,
  text,
  textOrEmpty,
  textOrList,
  type FlaskValue,
} from './flask-values.js';
import type { HeaderOptions, JsonOptions, QueryStringOptions } from './location-options.js';

/** The options that are objects of options, by path. */
interface Sections {
  issuer: EncodeDecode<unknown, unknown>;
  audience: EncodeDecode<unknown, unknown>;
  header: HeaderOptions;
  queryString: QueryStringOptions;
  json: JsonOptions;
  cookies: CookieOptions;
  'cookies.access': CookieName;
  'cookies.refresh': CookieName;
  csrf: CsrfOptions;
  'csrf.access': CsrfNames;
  'csrf.refresh': CsrfNames;
}

/** An option, such as `leeway` or `cookies.access.name`. */
type OptionPath =
  keyof JwtExtendedOptions | { [Path in keyof Sections]: `${Path}.${keyof Sections[Path] & string}` }[keyof Sections];

/** A setting of Flask-JWT-Extended: its option, and how its value is read (`undefined`: not set). */
export interface FlaskSetting {
  /** `protectCsrf` becomes `csrf: false` when it is false. */
  readonly option: OptionPath | 'protectCsrf';
  readonly read: (value: FlaskValue, name: string) => unknown;
}

/** The 43 settings of Flask-JWT-Extended 4.7, with its defaults where they differ from ours. */
export const FLASK_SETTINGS = {
  JWT_SECRET_KEY: { option: 'secret', read: key },
  JWT_PRIVATE_KEY: { option: 'privateKey', read: key },
  JWT_PUBLIC_KEY: { option: 'publicKey', read: key },
  JWT_ALGORITHM: { option: 'algorithm', read: text },
  JWT_DECODE_ALGORITHMS: { option: 'decodeAlgorithms', read: filledList },
  JWT_ACCESS_TOKEN_EXPIRES: { option: 'accessTokenExpires', read: lifetime },
  JWT_REFRESH_TOKEN_EXPIRES: { option: 'refreshTokenExpires', read: lifetime },
  JWT_IDENTITY_CLAIM: { option: 'identityClaim', read: text },
  JWT_VERIFY_SUB: { option: 'verifySubject', read: flag },
  JWT_ENCODE_NBF: { option: 'encodeNotBefore', read: flag },
  JWT_ENCODE_AUDIENCE: { option: 'audience.encode', read: textOrList },
  JWT_ENCODE_ISSUER: { option: 'issuer.encode', read: text },
  JWT_DECODE_AUDIENCE: { option: 'audience.decode', read: textOrList },
  JWT_DECODE_ISSUER: { option: 'issuer.decode', read: textOrList },
  JWT_DECODE_LEEWAY: { option: 'leeway', read: parsed },
  JWT_ERROR_MESSAGE_KEY: { option: 'errorMessageKey', read: text },
  JWT_TOKEN_LOCATION: { option: 'tokenLocation', read: list },
  JWT_HEADER_NAME: { option: 'header.name', read: text },
  JWT_HEADER_TYPE: { option: 'header.type', read: textOrEmpty },
  JWT_QUERY_STRING_NAME: { option: 'queryString.name', read: text },
  JWT_QUERY_STRING_VALUE_PREFIX: { option: 'queryString.valuePrefix', read: textOrEmpty },
  JWT_JSON_KEY: { option: 'json.accessKey', read: text },
  JWT_REFRESH_JSON_KEY: { option: 'json.refreshKey', read: text },
  JWT_ACCESS_COOKIE_NAME: { option: 'cookies.access.name', read: text },
  JWT_REFRESH_COOKIE_NAME: { option: 'cookies.refresh.name', read: text },
  JWT_ACCESS_COOKIE_PATH: { option: 'cookies.access.path', read: text },
  JWT_REFRESH_COOKIE_PATH: { option: 'cookies.refresh.path', read: text },
  JWT_COOKIE_SECURE: { option: 'cookies.secure', read: (value, name) => flag(value, name) ?? false },
  JWT_COOKIE_DOMAIN: { option: 'cookies.domain', read: filledText },
  JWT_COOKIE_SAMESITE: { option: 'cookies.sameSite', read: sameSite },
  JWT_SESSION_COOKIE: { option: 'cookies.session', read: flag },
  JWT_COOKIE_CSRF_PROTECT: { option: 'protectCsrf', read: flag },
  JWT_CSRF_METHODS: { option: 'csrf.methods', read: list },
  JWT_CSRF_IN_COOKIES: { option: 'csrf.inCookies', read: flag },
  JWT_CSRF_CHECK_FORM: { option: 'csrf.checkForm', read: flag },
  JWT_ACCESS_CSRF_HEADER_NAME: { option: 'csrf.access.headerName', read: text },
  JWT_REFRESH_CSRF_HEADER_NAME: { option: 'csrf.refresh.headerName', read: text },
  JWT_ACCESS_CSRF_FIELD_NAME: { option: 'csrf.access.fieldName', read: text },
  JWT_REFRESH_CSRF_FIELD_NAME: { option: 'csrf.refresh.fieldName', read: text },
  JWT_ACCESS_CSRF_COOKIE_NAME: { option: 'csrf.access.cookieName', read: text },
  JWT_REFRESH_CSRF_COOKIE_NAME: { option: 'csrf.refresh.cookieName', read: text },
  JWT_ACCESS_CSRF_COOKIE_PATH: { option: 'csrf.access.cookiePath', read: text },
  JWT_REFRESH_CSRF_COOKIE_PATH: { option: 'csrf.refresh.cookiePath', read: text },
} satisfies Record<string, FlaskSetting>;
