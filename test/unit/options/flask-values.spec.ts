import { optionsFromFlaskConfig, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveOptions, resolveSettings } from '../../../src/options/resolve-settings.js';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';

const read = (config: Record<string, unknown>): JwtExtendedOptions => optionsFromFlaskConfig(config);

describe('the secret of a Flask configuration', () => {
  it('is JWT_SECRET_KEY, else SECRET_KEY', () => {
    expect(read({ SECRET_KEY: OTHER_SECRET, JWT_SECRET_KEY: SECRET }).secret).toBe(SECRET);
    for (const unset of [{}, { JWT_SECRET_KEY: '' }, { JWT_SECRET_KEY: null }, { JWT_SECRET_KEY: 'None' }]) {
      expect(read({ ...unset, SECRET_KEY: SECRET }).secret).toBe(SECRET);
      expect(read({ ...unset, FLASK_SECRET_KEY: SECRET }).secret).toBe(SECRET);
    }
  });

  it('does not replace a key pair', () => {
    expect(read({ SECRET_KEY: SECRET, JWT_ALGORITHM: 'RS256', JWT_PRIVATE_KEY: 'PEM' }).secret).toBeUndefined();
  });

  it('is always a text, without JSON quotes around it', () => {
    for (const secret of ['1234567890', 'true', 'True', '[1]', '{"a":1}', 'a,b', '1e3']) {
      expect(read({ JWT_SECRET_KEY: secret }).secret).toBe(secret);
    }
    expect(read({ JWT_SECRET_KEY: '"in quotes"' }).secret).toBe('in quotes');
  });

  it('may be bytes', () => {
    const bytes = Buffer.from(SECRET);
    expect(read({ JWT_SECRET_KEY: bytes }).secret).toBe(bytes);
    expect(() => resolveSettings(read({ SECRET_KEY: bytes }))).not.toThrow();
  });

  it('is required by the module, not by optionsFromFlaskConfig()', () => {
    expect(() => resolveSettings(read({}))).toThrow(/option "secret" is missing/);
  });
});

describe('text in a Flask configuration', () => {
  it('is JSON if it parses, else True, False or None, else text', () => {
    expect(read({ JWT_ACCESS_TOKEN_EXPIRES: '{"days": 1}' }).accessTokenExpires).toEqual({ days: 1 });
    expect(read({ JWT_ACCESS_TOKEN_EXPIRES: '1.5' }).accessTokenExpires).toBe(1.5);
    expect(read({ JWT_ACCESS_TOKEN_EXPIRES: '15m' }).accessTokenExpires).toBe('15m');
    expect(read({ JWT_ENCODE_NBF: 'true' }).encodeNotBefore).toBe(true);
    expect(read({ JWT_ENCODE_NBF: 'True' }).encodeNotBefore).toBe(true);
    expect(read({ JWT_IDENTITY_CLAIM: '"id"' }).identityClaim).toBe('id');
  });

  it('stays a text for a text setting, even if it could be a number', () => {
    expect(read({ JWT_IDENTITY_CLAIM: '7' }).identityClaim).toBe('7');
    expect(read({ JWT_ENCODE_ISSUER: 'true' }).issuer).toEqual({ encode: 'true' });
    expect(read({ JWT_DECODE_AUDIENCE: '42' }).audience).toEqual({ decode: '42' });
  });

  it('with commas is a list', () => {
    expect(read({ JWT_TOKEN_LOCATION: 'headers , cookies' }).tokenLocation).toEqual(['headers', 'cookies']);
    expect(read({ JWT_TOKEN_LOCATION: 'headers' }).tokenLocation).toEqual(['headers']);
    expect(read({ JWT_TOKEN_LOCATION: '["json"]' }).tokenLocation).toEqual(['json']);
    expect(read({ JWT_DECODE_ISSUER: 'us, them' }).issuer).toEqual({ decode: ['us', 'them'] });
  });

  it('may be a Set, like in Flask', () => {
    expect(read({ JWT_TOKEN_LOCATION: new Set(['headers', 'json']) }).tokenLocation).toEqual(['headers', 'json']);
    expect(read({ JWT_CSRF_METHODS: new Set(['POST']) }).csrf).toEqual({ methods: ['POST'] });
  });

  it('or a list of algorithms that is empty means the default', () => {
    for (const empty of ['', [], '[]', null]) {
      expect(read({ JWT_DECODE_ALGORITHMS: empty }).decodeAlgorithms).toBeUndefined();
    }
  });

  it('that is empty means no domain, and no issuer or audience of new tokens', () => {
    const empty = { JWT_COOKIE_DOMAIN: '', JWT_ENCODE_ISSUER: '', JWT_ENCODE_AUDIENCE: '' };
    expect(resolveSettings(read({ JWT_SECRET_KEY: SECRET, ...empty }))).toMatchObject({
      cookies: { domain: null },
      issuer: { encode: null },
      audience: { encode: null },
    });
  });

  it.each([
    ['Lax', 'lax'],
    ['STRICT', 'strict'],
    ['None', 'none'],
    ['"Lax"', 'lax'],
    ['"None"', 'none'],
    ['null', false],
    ['', false],
    [null, false],
    [undefined, false],
  ])('SameSite %j is %j', (value, sameSite) => {
    expect(read({ JWT_COOKIE_SAMESITE: value }).cookies?.sameSite).toBe(sameSite);
  });

  it.each(['JWT_VERIFY_SUB', 'JWT_COOKIE_SECURE', 'JWT_CSRF_CHECK_FORM', 'JWT_COOKIE_CSRF_PROTECT'])(
    '%s must be True or False',
    (setting) => {
      for (const value of ['yes', 2, 'on', [], 'T']) {
        expect(() => read({ [setting]: value })).toThrow(`optionsFromFlaskConfig: ${setting} must be True or False.`);
      }
    },
  );

  it('True is not a lifetime', () => {
    expect(() => read({ JWT_ACCESS_TOKEN_EXPIRES: true })).toThrow(TypeError);
    expect(() => read({ JWT_REFRESH_TOKEN_EXPIRES: 'True' })).toThrow(/a duration, or False for never/);
  });

  it('the CSRF check stays on with its other settings', () => {
    expect(read({ JWT_COOKIE_CSRF_PROTECT: true, JWT_CSRF_CHECK_FORM: true }).csrf).toEqual({ checkForm: true });
    expect(read({ JWT_COOKIE_CSRF_PROTECT: 'True' }).csrf).toBeUndefined();
    expect(read({ JWT_COOKIE_CSRF_PROTECT: 'False', JWT_CSRF_CHECK_FORM: true }).csrf).toBe(false);
  });
});

describe('names in a Flask configuration', () => {
  it('may have Flask’s prefix; the plain name wins', () => {
    expect(read({ FLASK_JWT_ALGORITHM: 'HS384' }).algorithm).toBe('HS384');
    expect(read({ JWT_ALGORITHM: 'HS512', FLASK_JWT_ALGORITHM: 'HS384' }).algorithm).toBe('HS512');
  });

  it.each([
    ['JWT_ACCESS_TOKEN_EXPIRE', 'JWT_ACCESS_TOKEN_EXPIRES'],
    ['JWT_SECRET', 'JWT_SECRET_KEY'],
    ['JWT_TOKEN_LOCATIONS', 'JWT_TOKEN_LOCATION'],
    ['JWT_COOKIE_SAME_SITE', 'JWT_COOKIE_SAMESITE'],
    ['FLASK_JWT_ALGORITM', 'JWT_ALGORITHM'],
  ])('%s is refused with the most similar known name', (name, nearest) => {
    expect(() => read({ [name]: 'x' })).toThrow(TypeError);
    expect(() => read({ [name]: 'x' })).toThrow(
      `optionsFromFlaskConfig: Flask-JWT-Extended has no setting ${name.replace('FLASK_', '')}. Did you mean ${nearest}? `,
    );
  });

  it('similar to no known name are refused, too', () => {
    expect(() => read({ JWT_XYZ: 1 })).toThrow("If it belongs to something else, pass { ignore: ['JWT_XYZ'] }.");
  });

  it('can be ignored, with and without the prefix', () => {
    expect(() => optionsFromFlaskConfig({ JWT_BLOCKLIST_URL: 'x' }, { ignore: ['JWT_BLOCKLIST_URL'] })).not.toThrow();
    expect(() => optionsFromFlaskConfig({ FLASK_JWT_B: 'x' }, { ignore: ['JWT_B'] })).not.toThrow();
    expect(() => optionsFromFlaskConfig({ JWT_B: 1, JWT_C: 1 }, { ignore: ['JWT_B'] })).toThrow('JWT_C');
  });

  it('of other things are ignored', () => {
    expect(read({ DEBUG: true, PATH: '/bin', SQLALCHEMY_DATABASE_URI: 'x', FLASK_ENV: 'test', jwt_x: 1 })).toEqual(
      read({}),
    );
  });

  it('may be in the environment', () => {
    const environment = { ...process.env, FLASK_JWT_SECRET_KEY: SECRET };
    expect(resolveOptions(read(environment)).keyMaterial).toMatchObject({ secrets: [SECRET] });
  });
});
