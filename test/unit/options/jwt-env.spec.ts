import { generateKeyPairSync } from 'node:crypto';
import { jwtEnv, type JwtEnvName, type JwtEnvSettings } from 'nestjs-jwt-extended/config';
import { FLASK_SETTINGS } from '../../../src/options/flask-settings.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** The value at a path such as `cookies.access.name`. */
const at = (options: object, path: string) =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], options);

/** Each variable: its text, further variables that it needs, and the value of its option. */
const VALUES: Record<JwtEnvName, [text: string, expected: unknown, further?: object]> = {
  JWT_SECRET_KEY: [SECRET, SECRET],
  JWT_PRIVATE_KEY: [PEM, PEM, { JWT_ALGORITHM: 'EdDSA' }],
  JWT_PUBLIC_KEY: [PUBLIC, PUBLIC, { JWT_ALGORITHM: 'EdDSA' }],
  JWT_ALGORITHM: ['HS512', 'HS512'],
  JWT_DECODE_ALGORITHMS: ['HS256, HS512', ['HS256', 'HS512']],
  JWT_ACCESS_TOKEN_EXPIRES: ['600', 600],
  JWT_REFRESH_TOKEN_EXPIRES: ['False', false],
  JWT_DECODE_LEEWAY: [' 10s ', '10s'],
  JWT_ENCODE_ISSUER: ['us', 'us'],
  JWT_DECODE_ISSUER: ['["us","them"]', ['us', 'them']],
  JWT_ENCODE_AUDIENCE: ['a', 'a'],
  JWT_DECODE_AUDIENCE: ['a, b', ['a', 'b']],
  JWT_ENCODE_NBF: ['0', false],
  JWT_VERIFY_SUB: ['FALSE', false],
  JWT_IDENTITY_CLAIM: ['123', '123'],
  JWT_ERROR_MESSAGE_KEY: ['error', 'error'],
  JWT_TOKEN_LOCATION: ['headers,cookies', ['headers', 'cookies']],
  JWT_HEADER_NAME: ['X-Token', 'X-Token'],
  JWT_HEADER_TYPE: ['JWT', 'JWT'],
  JWT_QUERY_STRING_NAME: ['token', 'token'],
  JWT_QUERY_STRING_VALUE_PREFIX: ['Bearer ', 'Bearer '],
  JWT_JSON_KEY: ['access', 'access'],
  JWT_REFRESH_JSON_KEY: ['refresh', 'refresh'],
  JWT_ACCESS_COOKIE_NAME: ['a', 'a'],
  JWT_REFRESH_COOKIE_NAME: ['r', 'r'],
  JWT_ACCESS_COOKIE_PATH: ['/api', '/api'],
  JWT_REFRESH_COOKIE_PATH: ['/auth', '/auth'],
  JWT_COOKIE_SECURE: ['false', false],
  JWT_COOKIE_DOMAIN: ['example.com', 'example.com'],
  JWT_COOKIE_SAMESITE: ['Strict', 'strict'],
  JWT_SESSION_COOKIE: ['false', false],
  JWT_COOKIE_CSRF_PROTECT: ['false', false],
  JWT_CSRF_METHODS: ['POST, GET', ['POST', 'GET']],
  JWT_CSRF_IN_COOKIES: ['false', false],
  JWT_CSRF_CHECK_FORM: ['1', true],
  JWT_ACCESS_CSRF_HEADER_NAME: ['X-A', 'X-A'],
  JWT_REFRESH_CSRF_HEADER_NAME: ['X-R', 'X-R'],
  JWT_ACCESS_CSRF_FIELD_NAME: ['fa', 'fa'],
  JWT_REFRESH_CSRF_FIELD_NAME: ['fr', 'fr'],
  JWT_ACCESS_CSRF_COOKIE_NAME: ['ca', 'ca'],
  JWT_REFRESH_CSRF_COOKIE_NAME: ['cr', 'cr'],
  JWT_ACCESS_CSRF_COOKIE_PATH: ['/a', '/a'],
  JWT_REFRESH_CSRF_COOKIE_PATH: ['/r', '/r'],
};

const withoutKey = jwtEnv.with({ requireKey: false });

function issuesOf(env: object, settings: JwtEnvSettings = { requireKey: false }): Record<string, string> {
  const { issues = [] } = jwtEnv.with(settings)['~standard'].validate(env);
  return Object.fromEntries(issues.map(({ path: [name], message }) => [name, message]));
}

describe('jwtEnv.options()', () => {
  it.each(Object.entries(VALUES))('reads %s', (name, [text, expected, further]) => {
    const { option } = FLASK_SETTINGS[name as JwtEnvName];
    const options = withoutKey.options({ [name]: text, ...further });
    expect(at(options, option === 'protectCsrf' ? 'csrf' : option)).toEqual(expected);
    // The module accepts what the schema accepts.
    expect(() => resolveSettings({ decodeKey: () => '', ...options })).not.toThrow();
  });

  it('sets nothing else, so that the module has its own defaults', () => {
    expect(withoutKey.options({})).toEqual({});
    expect(jwtEnv.options({ JWT_SECRET_KEY: SECRET, PATH: '/bin', APP_JWT_X: '1' })).toEqual({ secret: SECRET });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(VALUES).map((name) => [name, '']));
    expect(withoutKey.options(empty)).toEqual({});
  });

  it('turns CSRF protection off, also where other variables name its cookies', () => {
    const names = { JWT_CSRF_METHODS: 'PUT', JWT_ACCESS_CSRF_COOKIE_NAME: 'c' };
    expect(withoutKey.options({ JWT_COOKIE_CSRF_PROTECT: 'false', ...names })).toEqual({ csrf: false });
    expect(withoutKey.options({ ...names, JWT_COOKIE_CSRF_PROTECT: 'true' })).toEqual({
      csrf: { methods: ['PUT'], access: { cookieName: 'c' } },
    });
  });

  it('reads process.env by default', () => {
    process.env.JWT_SECRET_KEY = SECRET;
    expect(jwtEnv.options()).toMatchObject({ secret: SECRET });
    delete process.env.JWT_SECRET_KEY;
    expect(() => jwtEnv.options()).toThrow(/^The environment is wrong:\nJWT_SECRET_KEY is missing/);
  });
});

describe('jwtEnv names a wrong variable', () => {
  it.each<[string, string, RegExp]>([
    ['JWT_ACCESS_TOKEN_EXPIRES', '15 minutes', /^is wrong: '15 minutes' is not a duration\. Write '15m'\.$/],
    ['JWT_ACCESS_TOKEN_EXPIRES', '0', /^must be more than zero/],
    ['JWT_REFRESH_TOKEN_EXPIRES', 'true', /^is wrong: 'true' is not a duration/],
    ['JWT_DECODE_LEEWAY', '2h', /^must be at most '1h'/],
    ['JWT_COOKIE_SECURE', 'yes', /^must be true or false; it is "yes"\.$/],
    ['JWT_COOKIE_CSRF_PROTECT', 'off', /^must be true or false; it is "off"\.$/],
    ['JWT_COOKIE_SAMESITE', 'loose', /^must be 'lax', 'strict', 'none' or false/],
    ['JWT_TOKEN_LOCATION', 'header', /^must be one of headers, cookies/],
    ['JWT_TOKEN_LOCATION', '[broken', /^must be one of headers, cookies/],
    ['JWT_ALGORITHM', 'RS25', /^is "RS25", no known algorithm\. Did you mean RS256\?/],
    ['JWT_ALGORITHM', 'none', /^must not be "none"/],
    ['JWT_DECODE_ALGORITHMS', 'HS256,RS256', /^mixes hmac and rsa algorithms/],
    ['JWT_CSRF_METHODS', 'POST,FETCH', /^holds "FETCH", which is not an HTTP method/],
    ['JWT_HEADER_NAME', 'X Token', /^must be a/],
    ['JWT_ACCESS_COOKIE_PATH', 'api', /^must begin with \//],
    ['JWT_ACCESS_CSRF_COOKIE_PATH', 'api', /^must begin with \//],
    ['JWT_IDENTITY_CLAIM', 'exp', /^must not be "exp"/],
    ['JWT_SECRET_KEY', 'short', /^has 5 bytes; HS256 needs at least 32/],
    ['JWT_SECRET_KEY', ' '.repeat(40), /^has only blanks/],
    ['JWT_SECRET_KEY', `"${SECRET}"`, /^has blanks, a line break, a byte order mark or quotes/],
  ])('%s=%s', (name, text, message) => {
    expect(issuesOf({ [name]: text })).toEqual({ [name]: expect.stringMatching(message) });
  });

  it('that is not a text', () => {
    expect(issuesOf({ JWT_COOKIE_SECURE: true })).toEqual({
      JWT_COOKIE_SECURE: 'must be a text; it is of the type boolean.',
    });
  });

  it('that does not fit another variable', () => {
    expect(issuesOf({ JWT_COOKIE_SAMESITE: 'none', JWT_COOKIE_SECURE: 'false' })).toEqual({
      JWT_COOKIE_SAMESITE: expect.stringMatching(/^'none' needs "secure"/),
    });
    expect(issuesOf({ JWT_ACCESS_COOKIE_NAME: '__Host-a', JWT_ACCESS_COOKIE_PATH: '/a' })).toEqual({
      JWT_ACCESS_COOKIE_NAME: expect.stringMatching(/^begins with __Host-/),
    });
    expect(issuesOf({ JWT_SECRET_KEY: SECRET, JWT_ALGORITHM: 'RS256' })).toEqual({
      JWT_SECRET_KEY: expect.stringMatching(/^is not for RS256/),
    });
    expect(issuesOf({ JWT_PRIVATE_KEY: PEM, JWT_ALGORITHM: 'ES256' })).toEqual({
      JWT_PRIVATE_KEY: expect.stringMatching(/ES256/),
    });
    expect(issuesOf({ JWT_PUBLIC_KEY: 'no key', JWT_ALGORITHM: 'ES256' })).toEqual({
      JWT_PUBLIC_KEY: expect.stringMatching(/^is neither PEM/),
    });
  });

  it('that is missing, and no key where the algorithm is wrong', () => {
    const required = { requireKey: true };
    expect(issuesOf({}, required)).toEqual({
      JWT_SECRET_KEY: expect.stringMatching(/^is missing, .*randomBytes\(32\)/),
    });
    expect(issuesOf({ JWT_ALGORITHM: 'HS512' }, required)).toEqual({
      JWT_SECRET_KEY: expect.stringMatching(/randomBytes\(64\)/),
    });
    expect(issuesOf({ JWT_ALGORITHM: 'ES256' }, required)).toEqual({
      JWT_PRIVATE_KEY: 'is missing, and ES256 needs one. To verify only, set JWT_PUBLIC_KEY.',
    });
    expect(Object.keys(issuesOf({ JWT_ALGORITHM: 'ES25' }, required))).toEqual(['JWT_ALGORITHM']);
    expect(issuesOf({ JWT_PUBLIC_KEY: PUBLIC, JWT_ALGORITHM: 'EdDSA' }, required)).toEqual({});
  });

  it('that does not exist, with the most similar name', () => {
    expect(issuesOf({ JWT_SECRET: 'x' })).toEqual({
      JWT_SECRET:
        "does not exist. Did you mean JWT_SECRET_KEY? If it is of something else, use jwtEnv.with({ ignore: ['JWT_SECRET'] }).",
    });
    expect(issuesOf({ JWT_COOKIE_SAME_SITE: 'x' }).JWT_COOKIE_SAME_SITE).toMatch(/Did you mean JWT_COOKIE_SAMESITE\?/);
    const settings = { requireKey: false, ignore: ['JWT_SECRET'] };
    expect(issuesOf({ JWT_SECRET: 'x' }, settings)).toEqual({});
    expect(jwtEnv.with(settings).with({ requireKey: true })['~standard'].validate({ JWT_SECRET: 'x' })).toEqual({
      issues: [expect.objectContaining({ path: ['JWT_SECRET_KEY'] })],
    });
  });

  it('and all others at once', () => {
    const env = { JWT_COOKIE_SECURE: 'yes', JWT_ALGORITHM: 'x', JWT_SESSION_COOKIE: 'no' };
    expect(Object.keys(issuesOf(env)).sort()).toEqual(Object.keys(env).sort());
    expect(() => jwtEnv.validate(env)).toThrow(TypeError);
  });

  it('without the text of a key', () => {
    const wrong = [
      { JWT_SECRET_KEY: 'hunter2' },
      { JWT_PRIVATE_KEY: 'hunter2', JWT_ALGORITHM: 'ES256' },
      { JWT_SECRET: 'hunter2' },
    ];
    for (const env of wrong) expect(JSON.stringify(issuesOf(env))).not.toContain('hunter2');
  });
});

describe('jwtEnv as a Standard Schema', () => {
  it('returns the environment as it is', () => {
    const env = { JWT_SECRET_KEY: SECRET, PORT: '3000' };
    expect(jwtEnv['~standard']).toMatchObject({ version: 1, vendor: 'nestjs-jwt-extended' });
    expect(jwtEnv['~standard'].validate(env)).toEqual({ value: env });
    expect(jwtEnv.validate(env)).toBe(env);
  });

  it.each([null, undefined, 'text', []])('finds no key in %p', (env) => {
    expect(jwtEnv['~standard'].validate(env)).toEqual({
      issues: [expect.objectContaining({ path: ['JWT_SECRET_KEY'] })],
    });
  });

  it('refuses a setting that does not exist', () => {
    expect(() => jwtEnv.with({ requiredKey: false } as JwtEnvSettings)).toThrow(
      'jwtEnv.with() option "requiredKey" does not exist. Did you mean "requireKey"?',
    );
  });
});
