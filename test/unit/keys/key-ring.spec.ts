import { jest } from '@jest/globals';
import type { JwtExtendedOptions, KeyOptions } from 'nestjs-jwt-extended';
import { KeyRing } from '../../../src/keys/key-ring.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';
import { privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';

const NOW = Date.UTC(2026, 0, 1);
const MONTH = 30 * 86_400;

const ring = (options: JwtExtendedOptions) => new KeyRing(resolveSettings(options));
const named = (keys: KeyOptions[], options: JwtExtendedOptions = {}) => ring({ keys, ...options });
const header = (kid?: string, alg = 'HS256') => (kid === undefined ? { alg } : { alg, kid });
const secret = (kid: string | null, use: KeyOptions['use'] = 'sign', key = `${kid} `.repeat(32)): KeyOptions => ({
  kid,
  use,
  key,
  algorithm: 'HS256',
});
const NO_KEY = 'No key for this token';

beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

describe('a ring of keys', () => {
  const keys = named([secret('new'), secret('old', 'verify'), { ...secret('ec'), use: 'verify', ...ec() }]);

  it('signs with the one, and finds the others by name', () => {
    expect(keys.signingKey).toMatchObject({ kid: 'new', algorithm: 'HS256' });
    for (const kid of ['new', 'old']) expect(keys.keysFor(header(kid))).toMatchObject([{ kid, own: true }]);
    expect(keys.keysFor(header('ec', 'ES256'))).toMatchObject([{ kid: 'ec', algorithm: 'ES256' }]);
  });

  it('gives the same objects every time, and makes none for a request', () => {
    expect(keys.keysFor(header('new'))).toBe(keys.keysFor(header('new')));
  });

  it('knows no other name, and never falls back', () => {
    for (const kid of ['', 'NEW', 'new ', '__proto__', 'constructor', '../new', "' OR 1=1 --", 'x'.repeat(9_000)]) {
      expect(() => keys.keysFor(header(kid))).toThrow(NO_KEY);
    }
    expect(keys.keysFor(header())).toEqual([]);
  });

  it('binds each key to its algorithm', () => {
    for (const [kid, alg] of [
      ['ec', 'HS256'],
      ['new', 'ES256'],
    ] as const) {
      expect(() => keys.keysFor(header(kid, alg))).toThrow('The specified alg value is not allowed');
    }
    expect(() => keys.keysFor(header('new', 'HS512'))).toThrow('The specified alg value is not allowed');
    expect(() => keys.keysFor({ kid: 'new' } as never)).toThrow('Algorithm not specified');
  });

  it('has a key for tokens without a name only where one is meant for them', () => {
    const unnamed = named([secret('new'), secret(null, 'verify')]);
    expect(unnamed.keysFor(header())).toMatchObject([{ kid: null }]);
    expect(() => unnamed.keysFor(header('other'))).toThrow(NO_KEY);
  });

  it('takes the name from a JWK, or the thumbprint of the key', () => {
    const jwk = { ...publicKeyFor('ES256').export({ format: 'jwk' }), kid: 'of-the-jwk' };
    const found = named([{ key: jwk, algorithm: 'ES256', use: 'verify' }]).publicKeys();
    expect(found).toMatchObject([{ kid: 'of-the-jwk' }]);
    const thumb = named([{ key: publicKeyFor('ES256'), algorithm: 'ES256', use: 'verify' }]).publicKeys();
    expect(thumb[0]?.kid).toMatch(/^[\w-]{43}$/);
  });

  it('without a signing key says so when a token is to be made', () => {
    const readOnly = named([secret('old', 'verify')]);
    expect(() => readOnly.signingKey).toThrow("cannot make them: none of its keys has use: 'sign'");
  });

  it('takes a private key for verifying too, so that a retired key changes its use alone', () => {
    const retired = named([{ kid: 'a', key: privateKeyFor('ES256'), algorithm: 'ES256', use: 'verify' }]);
    expect(retired.keysFor(header('a', 'ES256'))[0]?.key.equals(publicKeyFor('ES256'))).toBe(true);
  });

  it('drops a key when its time is over, and tells who listens', () => {
    const dated = named([secret('new'), { ...secret('old', 'verify'), notAfter: new Date(NOW + 10_000) }]);
    const changes = jest.fn();
    dated.onChange(changes);
    jest.setSystemTime(NOW + 9_999);
    expect(dated.keysFor(header('old'))).toMatchObject([{ kid: 'old', notAfter: NOW / 1000 + 10 }]);
    expect(changes).not.toHaveBeenCalled();
    jest.setSystemTime(NOW + 10_000);
    expect(() => dated.keysFor(header('old'))).toThrow(NO_KEY);
    expect(changes).toHaveBeenCalledTimes(1);
    expect(dated.keysFor(header('new'))).toHaveLength(1);
  });

  it.each<[KeyOptions[], string]>([
    [[secret('a'), secret('a', 'verify', SECRET)], 'two keys with the kid "a"'],
    [[secret('a'), secret('b')], "several keys with use: 'sign'"],
    [[], 'is an empty list'],
    [[{ ...secret('a'), kid: undefined }], 'option "keys[0].kid" is missing. A secret needs a name'],
    [[{ ...secret('a'), kid: '' }], 'option "keys[0].kid" must be a text'],
    [[{ ...secret('a'), use: 'both' as 'sign' }], 'option "keys[0].use" must be \'sign\''],
    [[{ ...secret('a'), algorithm: 'none' as 'HS256' }], 'must not be "none"'],
    [[{ ...secret('a'), algorithm: undefined as never }], 'option "keys[0].algorithm" is undefined'],
    [[{ ...secret('a'), notAfter: 1_900_000_000 }], "notAfter\" is for keys with use: 'verify'"],
    [[{ ...secret('a', 'verify'), notAfter: NOW }], 'must be a Date, or seconds since 1970'],
    [[secret('a', 'sign', 'short')], 'option "keys[0].key" has 5 bytes'],
    [[{ ...secret('a'), exp: 1 } as KeyOptions], 'option "keys[0].exp" does not exist'],
  ])('that cannot work is refused: %#', (keyOptions, message) => {
    expect(() => named(keyOptions)).toThrow(TypeError);
    expect(() => named(keyOptions)).toThrow(message);
  });

  it.each(['secret', 'privateKey', 'publicKey', 'algorithm', 'decodeAlgorithms', 'encodeKey', 'decodeKey'])(
    'stands alone, without %s',
    (option) => {
      const value = option.endsWith('codeKey') ? () => SECRET : option === 'decodeAlgorithms' ? ['HS256'] : 'HS256';
      expect(() => named([secret('a')], { [option]: value })).toThrow(`option "${option}" cannot stand beside "keys"`);
    },
  );
});

describe('replacing the keys', () => {
  it('puts them all in the place of the old ones, which are gone at once', () => {
    const keys = named([secret('a'), secret('b', 'verify')]);
    keys.replace([secret('c'), secret('a', 'verify')]);
    expect(keys.signingKey.kid).toBe('c');
    expect(keys.keysFor(header('a'))).toHaveLength(1);
    expect(() => keys.keysFor(header('b'))).toThrow(NO_KEY);
  });

  it('keeps the objects of keys that stay, and not of another key with the same name', () => {
    const keys = named([secret('a'), secret('b', 'verify'), secret('c', 'verify')]);
    const [a, b, c] = ['a', 'b', 'c'].map((kid) => keys.keysFor(header(kid))[0]);
    keys.replace([secret('d'), secret('a', 'verify'), secret('b', 'verify', SECRET), secret('c', 'verify')]);
    expect(keys.keysFor(header('a'))[0]).toBe(a);
    expect(keys.keysFor(header('b'))[0]).not.toBe(b);
    expect(keys.keysFor(header('c'))[0]).toBe(c);
  });

  it('with a wrong list changes nothing', () => {
    const keys = named([secret('a')]);
    const changes = jest.fn();
    keys.onChange(changes);
    expect(() => keys.replace([secret('b'), secret('b', 'verify')])).toThrow(TypeError);
    expect(() => keys.replace([])).toThrow(TypeError);
    expect(() => keys.replace([secret('b', 'sign', '')])).toThrow(TypeError);
    expect(keys.signingKey.kid).toBe('a');
    expect(changes).not.toHaveBeenCalled();
  });

  it('is for rings only', () => {
    expect(() => ring({ secret: SECRET }).replace([secret('a')])).toThrow('needs the option "keys"');
  });

  it('is told to listeners until they stop listening', () => {
    const keys = named([secret('a')]);
    const changes = jest.fn();
    const stop = keys.onChange(changes);
    keys.replace([secret('b')]);
    stop();
    keys.replace([secret('c')]);
    expect(changes).toHaveBeenCalledTimes(1);
  });
});

describe('rotating the key', () => {
  it('signs with the new one, while the old one verifies until its tokens have expired', () => {
    const keys = named([secret('a')], { accessTokenExpires: '1h', refreshTokenExpires: '30d', leeway: 10 });
    keys.rotate({ kid: 'b', key: SECRET });
    expect(keys.signingKey).toMatchObject({ kid: 'b', algorithm: 'HS256' });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: NOW / 1000 + MONTH + 10 }]);
    jest.setSystemTime(NOW + (MONTH + 10) * 1000);
    expect(() => keys.keysFor(header('a'))).toThrow(NO_KEY);
  });

  it('without an end where tokens have none', () => {
    const keys = named([secret('a')], { refreshTokenExpires: false });
    keys.rotate({ kid: 'b', key: SECRET });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: null }]);
  });

  it('retires the old key when it is told: later, never, or at once for a key that leaked', () => {
    const keys = named([secret('a')]);
    keys.rotate({ kid: 'b', key: SECRET }, { retireAfter: '1h' });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: NOW / 1000 + 3600 }]);
    keys.rotate({ kid: 'c', key: OTHER_SECRET }, { retireAfter: false });
    expect(keys.keysFor(header('b'))).toMatchObject([{ notAfter: null }]);
    keys.rotate({ kid: 'd', key: SECRET.toUpperCase() }, { retireAfter: 0 });
    expect(() => keys.keysFor(header('c'))).toThrow(NO_KEY);
    expect(keys.keysFor(header('b'))).toHaveLength(1);
  });

  it('to another algorithm needs its name', () => {
    const keys = named([secret('a')]);
    keys.rotate({ key: privateKeyFor('EdDSA'), algorithm: 'EdDSA' });
    expect(keys.signingKey).toMatchObject({ algorithm: 'EdDSA' });
    expect(keys.signingKey.kid).toBe(keys.publicKeys()[0]?.kid);
    expect(keys.keysFor(header('a'))).toHaveLength(1);
  });

  it('promotes a key that was known before', () => {
    const keys = named([secret('a'), secret('b', 'verify')]);
    keys.rotate({ kid: 'b', key: secret('b').key });
    expect(keys.signingKey.kid).toBe('b');
    expect(keys.keysFor(header('a'))[0]?.notAfter).not.toBeNull();
    expect(keys.keysFor(header('b'))[0]?.notAfter).toBeNull();
  });

  it('to the key that signs already changes nothing', () => {
    const keys = named([secret('a')]);
    keys.rotate({ kid: 'a', key: secret('a').key });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: null }]);
  });

  it('to a wrong key, or under a name another has, changes nothing', () => {
    const keys = named([secret('a')]);
    expect(() => keys.rotate({ kid: 'a', key: SECRET })).toThrow('two keys with the kid "a"');
    expect(() => keys.rotate({ kid: 'b', key: 'short' })).toThrow('option "keys[new].key" has 5 bytes');
    expect(() => keys.rotate({ kid: 'b', key: publicKeyFor('ES256'), algorithm: 'ES256' })).toThrow(TypeError);
    expect(keys.signingKey.kid).toBe('a');
  });

  it('works for a secret without a name, for every algorithm that is taken', () => {
    const keys = ring({ secret: [SECRET, OTHER_SECRET], decodeAlgorithms: ['HS512'] });
    keys.rotate({ key: SECRET.toUpperCase() });
    for (const alg of ['HS256', 'HS512']) {
      const ends = keys.keysFor(header(undefined, alg)).map(({ notAfter }) => notAfter);
      expect(ends).toEqual([null, NOW / 1000 + MONTH, null]);
    }
    expect(keys.signingKey.key.export().toString()).toBe(SECRET.toUpperCase());
    jest.setSystemTime(NOW + MONTH * 1000);
    expect(keys.keysFor(header())).toHaveLength(2);
  });

  it('works for a key pair without a name, whose public key follows', () => {
    const keys = ring({ algorithm: 'ES256', privateKey: privateKeyFor('ES256'), publicKey: publicKeyFor('ES256') });
    keys.rotate({ key: privateKeyFor('ES256', 'other') });
    expect(keys.keysFor(header(undefined, 'ES256')).map(({ key }) => key.equals(publicKeyFor('ES256')))).toEqual([
      false,
      true,
    ]);
    expect(() => keys.rotate({ kid: 'a', key: privateKeyFor('ES256') })).toThrow('for a ring of "keys" only');
    expect(() => keys.rotate({ algorithm: 'ES384', key: privateKeyFor('ES384') })).toThrow(TypeError);
  });
});

describe('the published keys', () => {
  it('are the public ones, retired ones among them, with nothing that is secret', () => {
    const keys = named([
      { kid: 'rsa', key: privateKeyFor('RS256'), algorithm: 'RS256', use: 'sign' },
      secret('s', 'verify'),
    ]);
    keys.rotate({ kid: 'ed', key: privateKeyFor('EdDSA'), algorithm: 'EdDSA' });
    const published = keys.publicKeys();
    expect(published.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
      ['ed', 'EdDSA', 'sig'],
      ['rsa', 'RS256', 'sig'],
    ]);
    expect(published.map((jwk) => Object.keys(jwk).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
    expect(keys.publicKeys()).toBe(published);
  });

  it('are none where there are only secrets', () => {
    expect(ring({ secret: SECRET }).publicKeys()).toEqual([]);
  });

  it('have one entry for a key that is taken for several algorithms: the one it signs with', () => {
    const keys = ring({ algorithm: 'RS512', decodeAlgorithms: ['RS256'], privateKey: privateKeyFor('RS256') });
    expect(keys.publicKeys()).toMatchObject([{ alg: 'RS512', kty: 'RSA' }]);
  });
});

function ec() {
  return { key: publicKeyFor('ES256'), algorithm: 'ES256' } as const;
}
