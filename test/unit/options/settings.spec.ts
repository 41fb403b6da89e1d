import { inspect } from 'node:util';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveOptions, resolveSettings } from '../../../src/options/resolve-settings.js';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';

const settle = (options: JwtExtendedOptions = {}) => resolveSettings({ secret: SECRET, ...options });

/** The paths of all objects that are not frozen. */
function unfrozen(value: unknown, path = 'settings'): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Set) return [];
  const below = Object.entries(value).flatMap(([name, member]) => unfrozen(member, `${path}.${name}`));
  return Object.isFrozen(value) ? below : [path, ...below];
}

describe('the options', () => {
  it('have defaults', () => {
    expect(settle()).toMatchObject({
      algorithm: 'HS256',
      decodeAlgorithms: new Set(['HS256']),
      allowWeakSecret: false,
      hasOwnKeys: true,
      accessTokenExpires: 900,
      refreshTokenExpires: 2_592_000,
      leeway: 0,
      issuer: { encode: null, decode: null },
      audience: { encode: null, decode: null },
      encodeNotBefore: true,
      notBeforeDelta: 0,
      verifySubject: true,
      identityClaim: 'sub',
      requiredClaims: [],
      errorFormat: 'flask',
      errorMessageKey: 'msg',
      realm: null,
      tokenLocation: ['headers'],
      header: { name: 'Authorization', type: 'Bearer', caseInsensitive: false },
      queryString: { name: 'jwt', valuePrefix: '' },
      json: { accessKey: 'access_token', refreshKey: 'refresh_token' },
      cookies: {
        access: { name: 'access_token_cookie', path: '/' },
        refresh: { name: 'refresh_token_cookie', path: '/' },
        domain: null,
        secure: true,
        sameSite: 'lax',
        session: true,
        partitioned: false,
      },
      csrf: {
        methods: new Set(['POST', 'PUT', 'PATCH', 'DELETE']),
        inCookies: true,
        checkForm: false,
        access: {
          headerName: 'X-CSRF-TOKEN',
          fieldName: 'csrf_token',
          cookieName: 'csrf_access_token',
          cookiePath: '/',
        },
        refresh: {
          headerName: 'X-CSRF-TOKEN',
          fieldName: 'csrf_token',
          cookieName: 'csrf_refresh_token',
          cookiePath: '/',
        },
      },
      requireByDefault: false,
      requestProperty: 'user',
      maxTokenLength: 16_384,
      cache: { maxTokens: 20_000, maxBytes: 16_777_216 },
      callbacks: {},
      errorResponses: {},
      challengeScheme: 'Bearer',
    });
  });

  it('that are undefined or null mean the default', () => {
    const names = [
      'algorithm',
      'accessTokenExpires',
      'leeway',
      'issuer',
      'identityClaim',
      'tokenLocation',
      'userLookup',
    ];
    for (const nothing of [undefined, null]) {
      expect(settle(Object.fromEntries(names.map((name) => [name, nothing])))).toEqual(settle());
    }
    expect(settle({ header: undefined, cookies: undefined, csrf: undefined, errorResponses: undefined })).toEqual(
      settle(),
    );
  });

  it('a lifetime of false means no end', () => {
    const settings = settle({ accessTokenExpires: false, refreshTokenExpires: false });
    expect(settings).toMatchObject({ accessTokenExpires: null, refreshTokenExpires: null });
  });

  it('the leeway can be an hour', () => {
    expect(settle({ leeway: '1h' }).leeway).toBe(3600);
  });

  it('algorithm is always accepted', () => {
    const { decodeAlgorithms } = settle({ algorithm: 'HS512', decodeAlgorithms: ['HS384'] });
    expect([...decodeAlgorithms].sort()).toEqual(['HS384', 'HS512']);
    expect([...settle({ decodeAlgorithms: [] }).decodeAlgorithms]).toEqual(['HS256']);
  });

  it('can have a single location without a list', () => {
    expect(settle({ tokenLocation: 'cookies' }).tokenLocation).toEqual(['cookies']);
    expect(settle({ tokenLocation: ['json', 'headers'] }).tokenLocation).toEqual(['json', 'headers']);
  });

  it('a single value of issuer or audience is for new tokens and for the check', () => {
    expect(settle({ issuer: 'us' }).issuer).toEqual({ encode: 'us', decode: ['us'] });
    expect(settle({ audience: ['a', 'b'] }).audience).toEqual({ encode: ['a', 'b'], decode: ['a', 'b'] });
    expect(settle({ issuer: { encode: null } }).issuer).toEqual({ encode: null, decode: null });
    expect(settle({ audience: { encode: [] } }).audience).toEqual({ encode: null, decode: null });
  });

  it('requestProperty: false sets nothing', () => {
    expect(settle({ requestProperty: false }).requestProperty).toBeNull();
  });

  it('the challenge has the scheme of the header, else Bearer', () => {
    expect(settle({ header: { type: 'JWT' } }).challengeScheme).toBe('JWT');
    expect(settle({ header: { type: '' } }).challengeScheme).toBe('Bearer');
  });

  it('are frozen after the check', () => {
    expect(unfrozen(settle())).toEqual([]);
    const options: JwtExtendedOptions = {
      secret: [SECRET, OTHER_SECRET],
      issuer: { encode: 'a', decode: ['a', 'b'] },
      audience: ['a'],
      requiredClaims: ['exp'],
      tokenLocation: ['headers', 'cookies'],
      userLookup: () => 'Alice',
      errorResponses: { expiredToken: () => ({ status: 401, body: {} }) },
    };
    expect(unfrozen(settle(options))).toEqual([]);
  });

  it('contain no key', () => {
    const settings = settle({ secret: [SECRET, OTHER_SECRET] });
    expect(inspect(settings, { depth: Infinity })).not.toMatch(new RegExp(`${SECRET}|${OTHER_SECRET}`));
  });

  it('do not change when the application changes its object later', () => {
    const options = {
      secret: [SECRET],
      decodeAlgorithms: ['HS256' as 'HS256' | 'HS512'],
      requiredClaims: ['exp'],
      tokenLocation: ['headers' as 'headers' | 'cookies'],
      audience: ['a'],
      csrf: { methods: ['POST'] },
    };
    const { settings, keyMaterial } = resolveOptions(options);
    options.secret.push(OTHER_SECRET);
    options.decodeAlgorithms.push('HS512');
    options.requiredClaims.push('nbf');
    options.tokenLocation.push('cookies');
    options.audience.push('b');
    options.csrf.methods.push('GET');
    expect(settings).toMatchObject({
      decodeAlgorithms: new Set(['HS256']),
      requiredClaims: ['exp'],
      tokenLocation: ['headers'],
      audience: { encode: ['a'], decode: ['a'] },
      csrf: { methods: new Set(['POST']) },
    });
    expect(keyMaterial).toMatchObject({ secrets: [SECRET] });
  });

  it('a property of Object.prototype is not an option', () => {
    const inherited = Object.prototype as { leeway?: unknown };
    inherited.leeway = 1_000_000;
    try {
      expect(settle().leeway).toBe(0);
    } finally {
      delete inherited.leeway;
    }
  });
});
