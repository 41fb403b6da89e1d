import { JwtExtendedModule, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { Test } from '@nestjs/testing';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

const refusal = (options: object): string => {
  try {
    resolveSettings({ secret: SECRET, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('These options were accepted');
};

/** Wrong options, the option in the message, and a part of the cure in the message. */
const WRONG: [options: object, named: string, cure: string | RegExp][] = [
  [{ algorithm: 'HS265' }, 'algorithm', 'Known: HS256, HS384'],
  [{ algorithm: 'hs256' }, 'algorithm', 'no known algorithm'],
  [{ algorithm: 'hs256' }, 'algorithm', 'Did you mean HS256?'],
  [{ algorithm: 'ED25519' }, 'algorithm', 'Did you mean Ed25519?'],
  [{ algorithm: 'Ed448' }, 'algorithm', 'Few libraries support it; write Ed25519'],
  [{ algorithm: 'ESP256' }, 'algorithm', 'in a JWT it is ES256'],
  [{ decodeAlgorithms: ['ESP512'] }, 'decodeAlgorithms', 'in a JWT it is ES512'],
  [{ algorithm: 'RSA-OAEP-256' }, 'algorithm', 'an algorithm for encryption'],
  [{ algorithm: 'A256GCM' }, 'algorithm', 'an algorithm for encryption'],
  [{ algorithm: 'sha256' }, 'algorithm', 'Known: HS256, HS384'],
  [{ algorithm: 256 }, 'algorithm', 'no known algorithm'],
  [{ algorithm: 'toString' }, 'algorithm', 'no known algorithm'],
  [{ algorithm: 'none' }, 'algorithm', 'must not be "none"'],
  [{ algorithm: 'None' }, 'algorithm', 'must not be "none"'],
  [{ algorithm: 'NONE' }, 'algorithm', 'must not be "none"'],
  [{ decodeAlgorithms: ['HS256', 'none'] }, 'decodeAlgorithms', 'must not be "none"'],
  [{ decodeAlgorithms: ['nOnE'] }, 'decodeAlgorithms', 'must not be "none"'],
  [{ decodeAlgorithms: 'HS256' }, 'decodeAlgorithms', 'must be a list'],
  [{ decodeAlgorithms: ['HS265'] }, 'decodeAlgorithms', 'no known algorithm'],
  [{ decodeAlgorithms: [null] }, 'decodeAlgorithms', 'no known algorithm'],
  [{ decodeAlgorithms: ['RS256'] }, 'decodeAlgorithms', 'mixes rsa and hmac algorithms'],
  [{ decodeAlgorithms: ['HS512', 'ES256'] }, 'decodeAlgorithms', 'Keep to the family of "algorithm"'],
  [{ allowWeakSecret: 'yes' }, 'allowWeakSecret', 'must be true or false'],
  [{ accessTokenExpires: '60' }, 'accessTokenExpires', "Write 60 (a number of seconds) or '60s'"],
  [{ accessTokenExpires: 0 }, 'accessTokenExpires', 'For no end write false'],
  [{ accessTokenExpires: '0s' }, 'accessTokenExpires', 'must be more than zero'],
  [{ accessTokenExpires: '0' }, 'accessTokenExpires', 'must be more than zero; it is "0". For no end write false'],
  [{ refreshTokenExpires: '-5' }, 'refreshTokenExpires', 'must be more than zero'],
  [{ refreshTokenExpires: ' 0 ' }, 'refreshTokenExpires', 'For no end write false'],
  [{ refreshTokenExpires: '30 days' }, 'refreshTokenExpires', "Write '30d'"],
  [{ accessTokenExpires: '15min' }, 'accessTokenExpires', "Write '15m'"],
  [{ accessTokenExpires: '1.5 Hours' }, 'accessTokenExpires', "Write '1.5h'"],
  [{ accessTokenExpires: '15M' }, 'accessTokenExpires', "Write '15m'"],
  [{ accessTokenExpires: 'false' }, 'accessTokenExpires', 'write false, without quotes'],
  [{ accessTokenExpires: 'never' }, 'accessTokenExpires', 'write false, without quotes'],
  [{ tokenLocation: [{ secret: 'x' }, 1n] }, 'tokenLocation', 'it is [an object,1]'],
  [{ tokenLocation: class Locations {} }, 'tokenLocation', 'it is the class Locations.'],
  [{ connections: { recheck: 0 } }, 'connections.recheck', 'must be more than zero'],
  [{ connections: { recheck: '2h' } }, 'connections.recheck', "must be at most '1h'"],
  [{ connections: { recheck: '5' } }, 'connections.recheck', "Write 5 (a number of seconds) or '5s'"],
  [{ connections: { maxUnknown: 0 } }, 'connections.maxUnknown', 'must be more than zero'],
  [{ connections: { maxUnknown: '2d' } }, 'connections.maxUnknown', "must be at most '1d'"],
  [{ connections: { endOnExpiry: 'no' } }, 'connections.endOnExpiry', 'must be true or false'],
  [{ connections: { endOnRevocation: 0 } }, 'connections.endOnRevocation', 'must be true or false'],
  [{ connections: { interval: 5 } }, 'connections.interval', 'does not exist'],
  [{ connections: false }, 'connections', 'must be an object with any of: recheck, maxUnknown'],
  [{ leeway: (now: number) => now }, 'leeway', 'is not a duration'],
  [{ accessTokenExpires: -1 }, 'accessTokenExpires', 'must be more than zero'],
  [{ accessTokenExpires: true }, 'accessTokenExpires', "a text with a unit ('15m')"],
  [{ refreshTokenExpires: '30 moons' }, 'refreshTokenExpires', 'ms, s, m, h, d or w'],
  [{ refreshTokenExpires: NaN }, 'refreshTokenExpires', 'not a finite duration'],
  [{ refreshTokenExpires: {} }, 'refreshTokenExpires', '{ minutes: 15 }'],
  [{ leeway: 1e9 }, 'leeway', "must be at most '1h'; it is 1000000000"],
  [{ leeway: 3601 }, 'leeway', "must be at most '1h'"],
  [{ leeway: '1d' }, 'leeway', 'expired tokens are accepted'],
  [{ leeway: { hours: 1, seconds: 1 } }, 'leeway', "must be at most '1h'; it is an object"],
  [{ leeway: -1 }, 'leeway', 'must not be negative'],
  [{ leeway: '10' }, 'leeway', 'has no unit'],
  [{ leeway: false }, 'leeway', 'is not a duration'],
  [{ issuer: 1 }, 'issuer', 'must be a string or a list of strings'],
  [{ issuer: ['a', 'b'] }, 'issuer', 'must be one string'],
  [{ issuer: { encode: ['a'] } }, 'issuer', 'must be one string'],
  [{ issuer: { decode: '' } }, 'issuer.decode', 'every token would be refused'],
  [{ issuer: { decode: [] } }, 'issuer.decode', 'Leave it out to accept any'],
  [{ issuer: { decode: [1] } }, 'issuer.decode', 'must be a string or a list of strings'],
  [{ issuer: { verify: 'a' } }, 'issuer.verify', 'Known: encode, decode'],
  [{ issuer: '' }, 'issuer', 'every token would be refused'],
  [{ audience: 7 }, 'audience', 'must be a string or a list of strings'],
  [{ audience: '' }, 'audience', 'every token would be refused'],
  [{ audience: [] }, 'audience', 'every token would be refused'],
  [{ audience: { decode: ['a', ''] } }, 'audience.decode', 'every token would be refused'],
  [{ audience: { encode: [1] } }, 'audience.encode', 'must be a string or a list of strings'],
  [{ audience: { decod: 'a' } }, 'audience.decod', 'Did you mean "decode"?'],
  [{ encodeNotBefore: 1 }, 'encodeNotBefore', 'must be true or false'],
  [{ verifySubject: 'no' }, 'verifySubject', 'must be true or false'],
  [{ identityClaim: '' }, 'identityClaim', 'must not be empty'],
  [{ identityClaim: 7 }, 'identityClaim', 'must be a string'],
  [{ requiredClaims: 'exp' }, 'requiredClaims', 'must be a list'],
  [{ requiredClaims: [1] }, 'requiredClaims', 'must be a list of names'],
  [{ requiredClaims: [''] }, 'requiredClaims', 'must be a list of names'],
  [{ errorFormat: 'jsonapi' as never }, 'errorFormat', "must be 'flask', 'nest', 'problem' or a function"],
  [{ realm: '' }, 'realm', 'must be a text of printable ASCII'],
  [{ realm: 'a\r\nSet-Cookie: b=c' }, 'realm', 'must be a text of printable ASCII'],
  [{ realm: 'Größe' }, 'realm', 'must be a text of printable ASCII'],
  [{ realm: 5 }, 'realm', 'it is 5'],
  [{ notBeforeDelta: -1 }, 'notBeforeDelta', 'must not be negative'],
  [{ notBeforeDelta: 'soon' }, 'notBeforeDelta', 'is not a duration'],
  [{ notBeforeDelta: 5, encodeNotBefore: false }, 'notBeforeDelta', 'needs the claim "nbf"'],
  [{ notBeforeDelta: '15m' }, 'notBeforeDelta', 'must be less than accessTokenExpires'],
  [
    { notBeforeDelta: '1h', accessTokenExpires: false, refreshTokenExpires: '1h' },
    'notBeforeDelta',
    'refreshTokenExpires',
  ],
  [{ errorMessageKey: '' }, 'errorMessageKey', 'must not be empty'],
  [{ errorMessageKey: 5 }, 'errorMessageKey', 'must be a string'],
  [{ tokenLocation: 'header' }, 'tokenLocation', 'must be one of headers, cookies, query_string, json'],
  [{ tokenLocation: [] }, 'tokenLocation', 'must be one of headers'],
  [{ tokenLocation: ['headers', 'body'] }, 'tokenLocation', 'it is ["headers","body"]'],
  [{ tokenLocation: {} }, 'tokenLocation', 'must be one of headers'],
  [{ header: { name: '' } }, 'header.name', 'must not be empty'],
  [{ header: { name: 'X Token' } }, 'header.name', 'must be a name'],
  [{ header: { name: 'X-Tökèn' } }, 'header.name', 'must be a name'],
  [{ header: { name: 'X:\r\nY' } }, 'header.name', 'must be a name'],
  [{ header: { type: 'Bearer JWT' } }, 'header.type', 'must be one word'],
  [{ header: { type: 'Bearer,' } }, 'header.type', 'must be one word'],
  [{ header: { type: '令牌' } }, 'header.type', 'must be one word'],
  [{ header: { type: 'a"b' } }, 'header.type', 'must be one word'],
  [{ header: { caseInsensitive: 'yes' } }, 'header.caseInsensitive', 'must be true or false'],
  [{ header: 'Authorization' }, 'header', 'must be an object with any of: name, type, caseInsensitive'],
  [{ header: null }, 'header', 'must be an object'],
  [{ header: { prefix: 'Bearer' } }, 'header.prefix', 'Known: name, type, caseInsensitive'],
  [{ queryString: { name: '' } }, 'queryString.name', 'must not be empty'],
  [{ queryString: 'jwt' }, 'queryString', 'must be an object'],
  [{ queryString: { valuePrefix: 1 } }, 'queryString.valuePrefix', 'must be a string'],
  [{ json: { accessKey: '' } }, 'json.accessKey', 'must not be empty'],
  [{ json: [] }, 'json', 'must be an object with any of: accessKey, refreshKey'],
  [{ requireByDefault: 'true' }, 'requireByDefault', 'must be true or false'],
  [{ requestProperty: '' }, 'requestProperty', 'must not be empty'],
  [{ requestProperty: true }, 'requestProperty', 'must be a string'],
  [{ requestProperty: 'query' }, 'requestProperty', "Write another name, such as 'user'"],
  [{ requestProperty: '__proto__' }, 'requestProperty', 'the prototype of an object'],
  [{ header: { name: 'Cookie' } }, 'header.name', 'which HTTP uses for something else'],
  [{ header: { name: 'content-length' } }, 'header.name', "such as 'X-Token'"],
  [{ header: { name: 'Sec-Fetch-Site' } }, 'header.name', 'which HTTP uses for something else'],
  [{ csrf: { access: { headerName: 'Origin' } } }, 'csrf.access.headerName', 'which HTTP uses for something else'],
  [{ csrf: { refresh: { headerName: 'Proxy-Csrf' } } }, 'csrf.refresh.headerName', 'which HTTP uses'],
  [{ csrf: { access: { fieldName: '__proto__' } } }, 'csrf.access.fieldName', 'the prototype of an object'],
  [{ csrf: { access: { cookieName: '__proto__' } } }, 'csrf.access.cookieName', 'the prototype of an object'],
  [{ cookies: { access: { name: '__proto__' } } }, 'cookies.access.name', 'the prototype of an object'],
  [{ queryString: { name: '__proto__' } }, 'queryString.name', 'the prototype of an object'],
  [{ json: { accessKey: '__proto__' } }, 'json.accessKey', 'the prototype of an object'],
  [{ json: { refreshKey: '__proto__' } }, 'json.refreshKey', 'the prototype of an object'],
  [{ errorMessageKey: '__proto__' }, 'errorMessageKey', 'the prototype of an object'],
  [{ identityClaim: '__proto__' }, 'identityClaim', 'the prototype of an object'],
  [{ sessionClaim: '__proto__' }, 'sessionClaim', 'the prototype of an object'],
  [{ scopeClaim: '__proto__' }, 'scopeClaim', 'the prototype of an object'],
  [{ rolesClaim: '__proto__' }, 'rolesClaim', 'the prototype of an object'],
  [{ requiredClaims: ['exp', '__proto__'] }, 'requiredClaims', 'the prototype of an object'],
  [{ sessionClaim: 'sub' }, 'sessionClaim', 'must not be "sub"'],
  [{ identityClaim: 'sid' }, 'sessionClaim', 'must not be "sid"'],
  [{ identityClaim: 'user', sessionClaim: 'user' }, 'sessionClaim', 'must not be "user"'],
  [{ rolesClaim: 'sub' }, 'rolesClaim', 'must not be "sub"'],
  [{ rolesClaim: 'type' }, 'rolesClaim', 'must not be "type"'],
  [{ identityClaim: 'roles' }, 'rolesClaim', 'must not be "roles"'],
  [{ identityClaim: 'scope' }, 'scopeClaim', 'must not be "scope"'],
  [{ sessionClaim: 'scp' }, 'scopeClaim', 'must not be "scp"'],
  [{ scopeClaim: 'sid' }, 'scopeClaim', 'must not be "sid"'],
  [{ scopeClaim: 'aud' }, 'scopeClaim', 'must not be "aud"'],
  [{ maxTokenLength: 0 }, 'maxTokenLength', 'a whole number of at least 1'],
  [{ maxTokenLength: 1.5 }, 'maxTokenLength', 'a whole number'],
  [{ maxTokenLength: '16k' }, 'maxTokenLength', 'a whole number'],
  [{ maxTokenLength: Infinity }, 'maxTokenLength', 'a whole number'],
  [{ cache: true }, 'cache', 'must be an object with any of: maxTokens, maxBytes'],
  [{ cache: { maxTokens: 0 } }, 'cache.maxTokens', 'a whole number of at least 1'],
  [{ cache: { maxBytes: '16MB' } }, 'cache.maxBytes', 'a whole number'],
  [{ cache: { ttl: 60 } }, 'cache.ttl', 'Known: maxTokens, maxBytes'],
  [{ userIdentity: 'id' }, 'userIdentity', 'must be a function'],
  [{ additionalClaims: {} }, 'additionalClaims', 'must be a function'],
  [{ additionalHeaders: { kid: 'a' } }, 'additionalHeaders', 'must be a function'],
  [{ encodeKey: 'key' }, 'encodeKey', 'must be a function'],
  [{ decodeKey: 'key' }, 'decodeKey', 'must be a function'],
  [{ isTokenRevoked: false }, 'isTokenRevoked', 'must be a function'],
  [{ verifyToken: true }, 'verifyToken', 'must be a function'],
  [{ userLookup: [] }, 'userLookup', 'must be a function'],
  [{ errorResponses: [] }, 'errorResponses', 'must be an object'],
  [{ errorResponses: { expired: () => 1 } }, 'errorResponses.expired', 'expiredToken'],
  [{ errorResponses: { expiredToken: {} } }, 'errorResponses.expiredToken', 'must be a function'],
];

describe('a wrong option', () => {
  it.each(WRONG)('%p is refused; the message has the option %s and the cure', (options, named, cure) => {
    const message = refusal(options);
    expect(message).toContain(`JwtExtendedModule option "${named}" `);
    expect(message).toMatch(cure);
  });

  it.each(['type', 'fresh', 'jti', 'csrf', 'exp', 'iat', 'nbf', 'iss', 'aud'])(
    'the claim %s cannot be the identity claim',
    (identityClaim) => {
      expect(refusal({ identityClaim })).toContain(`must not be "${identityClaim}"`);
    },
  );

  it.each([
    ['acessTokenExpires', 'accessTokenExpires'],
    ['secretKey', 'secret'],
    ['tokenLocations', 'tokenLocation'],
    ['userlookup', 'userLookup'],
    ['isRevoked', 'Write isTokenRevoked'],
    ['colour', 'Known: '],
    ['verifyTokens', 'verifyToken'],
  ])('the unknown name %s is refused; the message has a similar name, if there is one', (name, hint) => {
    expect(refusal({ [name]: undefined })).toContain(`JwtExtendedModule option "${name}" does not exist. `);
    expect(refusal({ [name]: 1 })).toContain(hint);
  });

  it.each(['globalGuard', 'globalFilter', 'isGlobal'])('%s is refused in the result of a factory', (name) => {
    expect(refusal({ [name]: true })).toContain(`Write forRootAsync({ ${name}: …, useFactory: … })`);
  });

  it.each([null, 'secret', 7, []])('options that are %p are refused', (options) => {
    expect(() => resolveSettings(options)).toThrow(/JwtExtendedModule option "options" must be an object/);
  });

  it('stops the start of the application', async () => {
    const options = { secret: SECRET, leeway: '10' } as unknown as JwtExtendedOptions;
    const starting = Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
    await expect(starting).rejects.toThrow(TypeError);
    await expect(starting).rejects.toThrow(/^JwtExtendedModule option "leeway" is wrong: '10' has no unit/);
  });

  it('is not shown if it may be a secret', () => {
    const key = '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----';
    for (const secret of [key, 'short but secret', { key }, [key]]) {
      expect(String(refusalOfSecret(secret))).not.toMatch(/MFkw|short but secret/);
    }
  });
});

function refusalOfSecret(secret: unknown): unknown {
  try {
    return resolveSettings({ secret });
  } catch (error) {
    return error;
  }
}
