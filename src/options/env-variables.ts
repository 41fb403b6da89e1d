import type { FLASK_SETTINGS } from './flask-settings.js';

/**
 * How the text of a variable is read. `boolean`: `true`, `false`, `1` or `0`. `duration`: seconds (`900`), or a number with a
 * unit (`15m`). `lifetime`: the same, or `false` for no end. `list`: texts with commas between them, or a list in JSON.
 */
export type JwtEnvKind = 'boolean' | 'duration' | 'key' | 'lifetime' | 'list' | 'text' | 'text or list';

/** The variables with the names of Flask-JWT-Extended: each has one option. */
export const ENV_VARIABLES = {
  JWT_SECRET_KEY: 'key',
  JWT_PRIVATE_KEY: 'key',
  JWT_PUBLIC_KEY: 'key',
  JWT_ALGORITHM: 'text',
  JWT_DECODE_ALGORITHMS: 'list',
  JWT_ACCESS_TOKEN_EXPIRES: 'lifetime',
  JWT_REFRESH_TOKEN_EXPIRES: 'lifetime',
  JWT_DECODE_LEEWAY: 'duration',
  JWT_ENCODE_ISSUER: 'text',
  JWT_DECODE_ISSUER: 'text or list',
  JWT_ENCODE_AUDIENCE: 'text or list',
  JWT_DECODE_AUDIENCE: 'text or list',
  JWT_ENCODE_NBF: 'boolean',
  JWT_VERIFY_SUB: 'boolean',
  JWT_IDENTITY_CLAIM: 'text',
  JWT_ERROR_MESSAGE_KEY: 'text',
  JWT_TOKEN_LOCATION: 'list',
  JWT_HEADER_NAME: 'text',
  JWT_HEADER_TYPE: 'text',
  JWT_QUERY_STRING_NAME: 'text',
  JWT_QUERY_STRING_VALUE_PREFIX: 'text',
  JWT_JSON_KEY: 'text',
  JWT_REFRESH_JSON_KEY: 'text',
  JWT_ACCESS_COOKIE_NAME: 'text',
  JWT_REFRESH_COOKIE_NAME: 'text',
  JWT_ACCESS_COOKIE_PATH: 'text',
  JWT_REFRESH_COOKIE_PATH: 'text',
  JWT_COOKIE_SECURE: 'boolean',
  JWT_COOKIE_DOMAIN: 'text',
  JWT_COOKIE_SAMESITE: 'text',
  JWT_SESSION_COOKIE: 'boolean',
  JWT_COOKIE_CSRF_PROTECT: 'boolean',
  JWT_CSRF_METHODS: 'list',
  JWT_CSRF_IN_COOKIES: 'boolean',
  JWT_CSRF_CHECK_FORM: 'boolean',
  JWT_ACCESS_CSRF_HEADER_NAME: 'text',
  JWT_REFRESH_CSRF_HEADER_NAME: 'text',
  JWT_ACCESS_CSRF_FIELD_NAME: 'text',
  JWT_REFRESH_CSRF_FIELD_NAME: 'text',
  JWT_ACCESS_CSRF_COOKIE_NAME: 'text',
  JWT_REFRESH_CSRF_COOKIE_NAME: 'text',
  JWT_ACCESS_CSRF_COOKIE_PATH: 'text',
  JWT_REFRESH_CSRF_COOKIE_PATH: 'text',
} as const satisfies Record<keyof typeof FLASK_SETTINGS, JwtEnvKind>;

/** The name of a variable that `jwtEnv` reads. */
export type JwtEnvName = keyof typeof ENV_VARIABLES;

type TextReader = (text: string) => unknown;

/** A text that is of another kind stays as it is, so that the reader of the option names what is wrong with it. */
const READERS: Readonly<Record<JwtEnvKind, TextReader>> = {
  boolean: (text) => BOOLEANS.get(text.trim().toLowerCase()) ?? text,
  duration: seconds,
  key: (text) => text,
  lifetime: (text) =>
    BOOLEANS.get(text.trim().toLowerCase()) === false && text.trim() !== '0' ? false : seconds(text),
  list: (text) => listIn(text),
  text: (text) => text,
  'text or list': (text) => (/^\s*\[|,/.test(text) ? listIn(text) : text),
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The value of a variable for its option. Only `SameSite` has another spelling in Flask. */
export function readVariable(name: JwtEnvName, text: string): unknown {
  const kind = ENV_VARIABLES[name];
  if (name === 'JWT_COOKIE_SAMESITE') return text.toLowerCase() === 'false' ? false : text.toLowerCase();
  return READERS[kind](text);
}

/** A number alone means seconds in an environment. */
function seconds(text: string): unknown {
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text.trim()) ? Number(text) : text.trim();
}

function listIn(text: string): unknown {
  if (text.trimStart().startsWith('[')) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text.split(',').flatMap((item) => item.trim() || []);
}
