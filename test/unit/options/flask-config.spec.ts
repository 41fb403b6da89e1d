import { Logger } from '@nestjs/common';
import { optionsFromFlaskConfig } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** The value at a path such as `cookies.access.name`. */
function at(options: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], options);
}

/** Every setting of Flask-JWT-Extended 4.7: a Python value, the same value as text, the option, and the option's value. */
const SETTINGS: [setting: string, value: unknown, text: string, option: string, expected: unknown][] = [
  ['JWT_SECRET_KEY', 'a secret', 'a secret', 'secret', 'a secret'],
  ['JWT_PRIVATE_KEY', 'PEM', 'PEM', 'privateKey', 'PEM'],
  ['JWT_PUBLIC_KEY', 'PEM', 'PEM', 'publicKey', 'PEM'],
  ['JWT_ALGORITHM', 'HS512', 'HS512', 'algorithm', 'HS512'],
  ['JWT_DECODE_ALGORITHMS', ['HS256', 'HS512'], 'HS256, HS512', 'decodeAlgorithms', ['HS256', 'HS512']],
  ['JWT_ACCESS_TOKEN_EXPIRES', 600, '600', 'accessTokenExpires', 600],
  ['JWT_REFRESH_TOKEN_EXPIRES', false, 'False', 'refreshTokenExpires', false],
  ['JWT_IDENTITY_CLAIM', 'user_id', 'user_id', 'identityClaim', 'user_id'],
  ['JWT_VERIFY_SUB', false, 'False', 'verifySubject', false],
  ['JWT_ENCODE_NBF', false, 'false', 'encodeNotBefore', false],
  ['JWT_ENCODE_AUDIENCE', ['a', 'b'], 'a,b', 'audience.encode', ['a', 'b']],
  ['JWT_ENCODE_ISSUER', 'us', 'us', 'issuer.encode', 'us'],
  ['JWT_DECODE_AUDIENCE', 'a', 'a', 'audience.decode', 'a'],
  ['JWT_DECODE_ISSUER', ['us', 'them'], '["us","them"]', 'issuer.decode', ['us', 'them']],
  ['JWT_DECODE_LEEWAY', 10, '10', 'leeway', 10],
  ['JWT_ERROR_MESSAGE_KEY', 'error', 'error', 'errorMessageKey', 'error'],
  ['JWT_TOKEN_LOCATION', ['headers', 'cookies'], 'headers,cookies', 'tokenLocation', ['headers', 'cookies']],
  ['JWT_HEADER_NAME', 'X-Token', 'X-Token', 'header.name', 'X-Token'],
  ['JWT_HEADER_TYPE', 'JWT', 'JWT', 'header.type', 'JWT'],
  ['JWT_QUERY_STRING_NAME', 'token', 'token', 'queryString.name', 'token'],
  ['JWT_QUERY_STRING_VALUE_PREFIX', 'Bearer ', 'Bearer ', 'queryString.valuePrefix', 'Bearer '],
  ['JWT_JSON_KEY', 'access', 'access', 'json.accessKey', 'access'],
  ['JWT_REFRESH_JSON_KEY', 'refresh', 'refresh', 'json.refreshKey', 'refresh'],
  ['JWT_ACCESS_COOKIE_NAME', 'a', 'a', 'cookies.access.name', 'a'],
  ['JWT_REFRESH_COOKIE_NAME', 'r', 'r', 'cookies.refresh.name', 'r'],
  ['JWT_ACCESS_COOKIE_PATH', '/api', '/api', 'cookies.access.path', '/api'],
  ['JWT_REFRESH_COOKIE_PATH', '/auth', '/auth', 'cookies.refresh.path', '/auth'],
  ['JWT_COOKIE_SECURE', true, 'True', 'cookies.secure', true],
  ['JWT_COOKIE_DOMAIN', 'example.com', 'example.com', 'cookies.domain', 'example.com'],
  ['JWT_COOKIE_SAMESITE', 'Strict', 'Strict', 'cookies.sameSite', 'strict'],
  ['JWT_SESSION_COOKIE', false, '0', 'cookies.session', false],
  ['JWT_COOKIE_CSRF_PROTECT', false, 'False', 'csrf', false],
  ['JWT_CSRF_METHODS', ['POST', 'GET'], 'POST, GET', 'csrf.methods', ['POST', 'GET']],
  ['JWT_CSRF_IN_COOKIES', false, 'False', 'csrf.inCookies', false],
  ['JWT_CSRF_CHECK_FORM', true, '1', 'csrf.checkForm', true],
  ['JWT_ACCESS_CSRF_HEADER_NAME', 'X-A', 'X-A', 'csrf.access.headerName', 'X-A'],
  ['JWT_REFRESH_CSRF_HEADER_NAME', 'X-R', 'X-R', 'csrf.refresh.headerName', 'X-R'],
  ['JWT_ACCESS_CSRF_FIELD_NAME', 'fa', 'fa', 'csrf.access.fieldName', 'fa'],
  ['JWT_REFRESH_CSRF_FIELD_NAME', 'fr', 'fr', 'csrf.refresh.fieldName', 'fr'],
  ['JWT_ACCESS_CSRF_COOKIE_NAME', 'ca', 'ca', 'csrf.access.cookieName', 'ca'],
  ['JWT_REFRESH_CSRF_COOKIE_NAME', 'cr', 'cr', 'csrf.refresh.cookieName', 'cr'],
  ['JWT_ACCESS_CSRF_COOKIE_PATH', '/a', '/a', 'csrf.access.cookiePath', '/a'],
  ['JWT_REFRESH_CSRF_COOKIE_PATH', '/r', '/r', 'csrf.refresh.cookiePath', '/r'],
];

/** Flask-JWT-Extended's defaults that differ from ours. */
const FLASK_DEFAULTS = { cookies: { secure: false, sameSite: false } };

describe('optionsFromFlaskConfig()', () => {
  it('knows all 43 settings', () => {
    expect(new Set(SETTINGS.map(([setting]) => setting)).size).toBe(43);
  });

  it.each(SETTINGS)('%s as a Python value: %j', (setting, value, _text, option, expected) => {
    expect(at(optionsFromFlaskConfig({ [setting]: value }), option)).toEqual(expected);
  });

  it.each(SETTINGS)('%s as text of the environment: %3$j', (setting, _value, text, option, expected) => {
    expect(at(optionsFromFlaskConfig({ [setting]: text }), option)).toEqual(expected);
    expect(at(optionsFromFlaskConfig({ [`FLASK_${setting}`]: text }), option)).toEqual(expected);
  });

  it.each(SETTINGS)('%s: None means not set', (setting) => {
    const options = optionsFromFlaskConfig({ [setting]: null });
    for (const text of ['None', 'null']) {
      // For SameSite, the text None is a value.
      if (setting === 'JWT_COOKIE_SAMESITE' && text === 'None') continue;
      expect(optionsFromFlaskConfig({ [setting]: text })).toEqual(options);
    }
    const means: Record<string, object> = {
      JWT_HEADER_TYPE: { header: { type: '' } },
      JWT_QUERY_STRING_VALUE_PREFIX: { queryString: { valuePrefix: '' } },
    };
    expect(options).toEqual({ ...FLASK_DEFAULTS, ...means[setting] });
  });

  it('has Flask’s defaults if they differ from the defaults of this library', () => {
    expect(optionsFromFlaskConfig({})).toEqual(FLASK_DEFAULTS);
    expect(resolveSettings(optionsFromFlaskConfig({ JWT_SECRET_KEY: SECRET }))).toMatchObject({
      accessTokenExpires: 900,
      refreshTokenExpires: 2_592_000,
      cookies: { secure: false, sameSite: null, session: true, domain: null },
      csrf: { inCookies: true, checkForm: false },
      tokenLocation: ['headers'],
    });
  });

  it('returns options that the module accepts, with every setting at once', () => {
    const all = SETTINGS.filter(([setting]) => !/PRIVATE|PUBLIC|CSRF_PROTECT/.test(setting));
    const texts = { ...Object.fromEntries(all.map(([setting, , text]) => [setting, text])), JWT_SECRET_KEY: SECRET };
    expect(resolveSettings(optionsFromFlaskConfig(texts))).toMatchObject({
      algorithm: 'HS512',
      identityClaim: 'user_id',
      leeway: 10,
      cookies: { sameSite: 'strict', secure: true },
      csrf: { methods: new Set(['POST', 'GET', 'HEAD']), access: { headerName: 'X-A', cookiePath: '/a' } },
    });
  });
});

/** The settings of Flask-JWT 0.3.2 for tokens that Flask-JWT-Extended does not have. */
const FLASK_JWT: [setting: string, value: unknown, text: string, option: string, expected: unknown][] = [
  ['JWT_AUTH_HEADER_PREFIX', 'JWT', 'JWT', 'header.type', 'JWT'],
  ['JWT_EXPIRATION_DELTA', { minutes: 5 }, '{ "minutes": 5 }', 'accessTokenExpires', { minutes: 5 }],
  ['JWT_EXPIRATION_DELTA', 300, '300', 'accessTokenExpires', 300],
  ['JWT_NOT_BEFORE_DELTA', 5, '5', 'notBeforeDelta', 5],
  ['JWT_LEEWAY', 10, '10', 'leeway', 10],
  ['JWT_REQUIRED_CLAIMS', ['exp', 'iat'], 'exp, iat', 'requiredClaims', ['exp', 'iat']],
  ['JWT_DEFAULT_REALM', 'Login Required', 'Login Required', 'realm', 'Login Required'],
];

describe('optionsFromFlaskConfig() with settings of Flask-JWT', () => {
  let log: RecordingLogger;

  beforeEach(() => {
    log = new RecordingLogger();
    Logger.overrideLogger(log);
  });
  afterEach(() => Logger.overrideLogger(false));

  it.each(FLASK_JWT)('%s as a Python value (%j) and as text', (setting, value, text, option, expected) => {
    expect(at(optionsFromFlaskConfig({ [setting]: value }), option)).toEqual(expected);
    expect(at(optionsFromFlaskConfig({ [setting]: text }), option)).toEqual(expected);
    expect(at(optionsFromFlaskConfig({ [`FLASK_${setting}`]: text }), option)).toEqual(expected);
    expect(log.warnings).toEqual([]);
  });

  it('returns options that the module accepts', () => {
    const config = Object.fromEntries(FLASK_JWT.map(([setting, value]) => [setting, value]));
    expect(resolveSettings(optionsFromFlaskConfig({ ...config, SECRET_KEY: SECRET }))).toMatchObject({
      header: { type: 'JWT', caseInsensitive: true },
      accessTokenExpires: 300,
      notBeforeDelta: 5,
      leeway: 10,
      realm: 'Login Required',
    });
  });

  it.each([
    'JWT_AUTH_URL_RULE',
    'JWT_AUTH_URL_OPTIONS',
    'JWT_AUTH_ENDPOINT',
    'JWT_AUTH_USERNAME_KEY',
    'JWT_AUTH_PASSWORD_KEY',
  ])('says that %s belongs to the log-in', (setting) => {
    expect(optionsFromFlaskConfig({ [setting]: 'value' })).toEqual(FLASK_DEFAULTS);
    expect(log.warnings.join()).toMatch(new RegExp(`does not use ${setting}, .*flaskJwtPreset\\(\\)`));
  });

  it.each(['JWT_VERIFY', 'JWT_VERIFY_EXPIRATION'])('refuses %s: False, with the reason', (setting) => {
    for (const value of [false, 'False', 0, '0']) {
      expect(() => optionsFromFlaskConfig({ [setting]: value })).toThrow(
        /must not be False.*anyone could write a token/,
      );
    }
    for (const value of [true, 'True', null]) {
      expect(optionsFromFlaskConfig({ [setting]: value })).toEqual(FLASK_DEFAULTS);
    }
  });

  it('accepts any list as JWT_VERIFY_CLAIMS, because it turns no check off in Flask-JWT either', () => {
    expect(optionsFromFlaskConfig({ JWT_VERIFY_CLAIMS: [] })).toEqual(FLASK_DEFAULTS);
    expect(optionsFromFlaskConfig({ JWT_VERIFY_CLAIMS: 'signature, exp' })).toEqual(FLASK_DEFAULTS);
  });

  it('refuses an empty prefix, and two settings for one option', () => {
    expect(() => optionsFromFlaskConfig({ JWT_AUTH_HEADER_PREFIX: '' })).toThrow(/must not be empty/);
    for (const [one, other] of [
      ['JWT_LEEWAY', 'JWT_DECODE_LEEWAY'],
      ['JWT_EXPIRATION_DELTA', 'JWT_ACCESS_TOKEN_EXPIRES'],
    ] as const) {
      expect(() => optionsFromFlaskConfig({ [one]: 5, [other]: 5 })).toThrow(`${other} and ${one} are the same option`);
    }
    expect(() => optionsFromFlaskConfig({ JWT_HEADER_TYPE: 'JWT', JWT_AUTH_HEADER_PREFIX: 'JWT' })).toThrow(
      /same option/,
    );
  });

  it('names the most similar setting of both libraries', () => {
    expect(() => optionsFromFlaskConfig({ JWT_AUTH_HEADER_PREFX: 'JWT' })).toThrow(
      /Did you mean JWT_AUTH_HEADER_PREFIX\?/,
    );
  });
});
