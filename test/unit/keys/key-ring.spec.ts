import { jest } from '@jest/globals';
import type { JwtExtendedOptions, KeyOptions } from 'nestjs-jwt-extended';
import { OwnKeyRing } from '../../../src/keys/own-key-ring.js';
import { configure } from '../../../src/module/configuration.js';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';
import { privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';
import { header, NO_KEY, secret } from './secret-keys.js';

const NOW = Date.UTC(2026, 0, 1);
const MONTH = 30 * 86_400;

/** The keys that the library uses, and the object through which an application changes them. */
function keysOf(options: JwtExtendedOptions) {
  const { settings, ownKeys } = configure(options, false);
  return { keys: ownKeys, ring: new OwnKeyRing(settings, ownKeys) };
}
const named = (keys: KeyOptions[], options: JwtExtendedOptions = {}) => keysOf({ keys, ...options });

beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

describe('KeyRing.replace()', () => {
  it('replaces all keys; keys that are not in the list are gone at once', () => {
    const { keys, ring } = named([secret('a'), secret('b', 'verify')]);
    ring.replace([secret('c'), secret('a', 'verify')]);
    expect(keys.signingKey.kid).toBe('c');
    expect(keys.keysFor(header('a'))).toHaveLength(1);
    expect(() => keys.keysFor(header('b'))).toThrow(NO_KEY);
  });

  it('uses the same object for an unchanged key, but a new object for a different key with the same name', () => {
    const { keys, ring } = named([secret('a'), secret('b', 'verify'), secret('c', 'verify')]);
    const [a, b, c] = ['a', 'b', 'c'].map((kid) => keys.keysFor(header(kid))[0]);
    ring.replace([secret('d'), secret('a', 'verify'), secret('b', 'verify', SECRET), secret('c', 'verify')]);
    expect(keys.keysFor(header('a'))[0]).toBe(a);
    expect(keys.keysFor(header('b'))[0]).not.toBe(b);
    expect(keys.keysFor(header('c'))[0]).toBe(c);
  });

  it('changes nothing when the list is wrong', () => {
    const { keys, ring } = named([secret('a')]);
    const changes = jest.fn();
    ring.onChange(changes);
    expect(() => ring.replace([secret('b'), secret('b', 'verify')])).toThrow(TypeError);
    expect(() => ring.replace([])).toThrow(TypeError);
    expect(() => ring.replace([secret('b', 'sign', '')])).toThrow(TypeError);
    expect(keys.signingKey.kid).toBe('a');
    expect(changes).not.toHaveBeenCalled();
  });

  it('needs the option keys', () => {
    expect(() => keysOf({ secret: SECRET }).ring.replace([secret('a')])).toThrow('needs the option "keys"');
  });

  it('calls listeners until they are removed', () => {
    const { ring } = named([secret('a')]);
    const changes = jest.fn();
    const stop = ring.onChange(changes);
    ring.replace([secret('b')]);
    stop();
    ring.replace([secret('c')]);
    expect(changes).toHaveBeenCalledTimes(1);
  });
});

describe('KeyRing.rotate()', () => {
  it('signs with the new key; the old key verifies until its tokens have expired', () => {
    const { keys, ring } = named([secret('a')], { accessTokenExpires: '1h', refreshTokenExpires: '30d', leeway: 10 });
    ring.rotate({ kid: 'b', key: SECRET });
    expect(keys.signingKey).toMatchObject({ kid: 'b', algorithm: 'HS256' });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: NOW / 1000 + MONTH + 10 }]);
    jest.setSystemTime(NOW + (MONTH + 10) * 1000);
    expect(() => keys.keysFor(header('a'))).toThrow(NO_KEY);
  });

  it('never removes the old key if tokens never expire', () => {
    const { keys, ring } = named([secret('a')], { refreshTokenExpires: false });
    ring.rotate({ kid: 'b', key: SECRET });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: null }]);
  });

  it('retires the old key by retireAfter: later, never, or at once for a leaked key', () => {
    const { keys, ring } = named([secret('a')]);
    ring.rotate({ kid: 'b', key: SECRET }, { retireAfter: '1h' });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: NOW / 1000 + 3600 }]);
    ring.rotate({ kid: 'c', key: OTHER_SECRET }, { retireAfter: false });
    expect(keys.keysFor(header('b'))).toMatchObject([{ notAfter: null }]);
    ring.rotate({ kid: 'd', key: SECRET.toUpperCase() }, { retireAfter: 0 });
    expect(() => keys.keysFor(header('c'))).toThrow(NO_KEY);
    expect(keys.keysFor(header('b'))).toHaveLength(1);
  });

  it('changes the algorithm when the new key names one', () => {
    const { keys, ring } = named([secret('a')]);
    ring.rotate({ key: privateKeyFor('EdDSA'), algorithm: 'EdDSA' });
    expect(keys.signingKey).toMatchObject({ algorithm: 'EdDSA' });
    expect(keys.signingKey.kid).toBe(ring.publicKeys()[0]?.kid);
    expect(keys.keysFor(header('a'))).toHaveLength(1);
  });

  it('promotes a key that only verified before', () => {
    const { keys, ring } = named([secret('a'), secret('b', 'verify')]);
    ring.rotate({ kid: 'b', key: secret('b').key });
    expect(keys.signingKey.kid).toBe('b');
    expect(keys.keysFor(header('a'))[0]?.notAfter).not.toBeNull();
    expect(keys.keysFor(header('b'))[0]?.notAfter).toBeNull();
  });

  it('changes nothing when the new key is the signing key', () => {
    const { keys, ring } = named([secret('a')]);
    ring.rotate({ kid: 'a', key: secret('a').key });
    expect(keys.keysFor(header('a'))).toMatchObject([{ notAfter: null }]);
  });

  it('changes nothing when the key is wrong or another key has its name', () => {
    const { keys, ring } = named([secret('a')]);
    expect(() => ring.rotate({ kid: 'a', key: SECRET })).toThrow('two keys with the kid "a"');
    expect(() => ring.rotate({ kid: 'b', key: 'short' })).toThrow('option "keys[new].key" has 5 bytes');
    expect(() => ring.rotate({ kid: 'b', key: publicKeyFor('ES256'), algorithm: 'ES256' })).toThrow(TypeError);
    expect(keys.signingKey.kid).toBe('a');
  });

  it('rotates a secret without a name, for every accepted algorithm', () => {
    const { keys, ring } = keysOf({ secret: [SECRET, OTHER_SECRET], decodeAlgorithms: ['HS512'] });
    ring.rotate({ key: SECRET.toUpperCase() });
    for (const alg of ['HS256', 'HS512']) {
      const ends = keys.keysFor(header(undefined, alg)).map(({ notAfter }) => notAfter);
      expect(ends).toEqual([null, NOW / 1000 + MONTH, null]);
    }
    expect(keys.signingKey.key.export().toString()).toBe(SECRET.toUpperCase());
    jest.setSystemTime(NOW + MONTH * 1000);
    expect(keys.keysFor(header())).toHaveLength(2);
  });

  it('rotates a key pair without a name, and derives the public key', () => {
    const { keys, ring } = keysOf({
      algorithm: 'ES256',
      privateKey: privateKeyFor('ES256'),
      publicKey: publicKeyFor('ES256'),
    });
    ring.rotate({ key: privateKeyFor('ES256', 'other') });
    expect(keys.keysFor(header(undefined, 'ES256')).map(({ key }) => key.equals(publicKeyFor('ES256')))).toEqual([
      false,
      true,
    ]);
    expect(() => ring.rotate({ kid: 'a', key: privateKeyFor('ES256') })).toThrow('only with the option "keys"');
    expect(() => ring.rotate({ algorithm: 'ES384', key: privateKeyFor('ES384') })).toThrow(TypeError);
  });
});

describe('KeyRing.publicKeys()', () => {
  it('returns the public keys, including retired keys, and no secret', () => {
    const { ring } = named([
      { kid: 'rsa', key: privateKeyFor('RS256'), algorithm: 'RS256', use: 'sign' },
      secret('s', 'verify'),
    ]);
    ring.rotate({ kid: 'ed', key: privateKeyFor('EdDSA'), algorithm: 'EdDSA' });
    const published = ring.publicKeys();
    expect(published.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
      ['ed', 'EdDSA', 'sig'],
      ['rsa', 'RS256', 'sig'],
    ]);
    expect(published.map((jwk) => Object.keys(jwk).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
    expect(ring.publicKeys()).toBe(published);
  });

  it('returns an empty list when all keys are secrets', () => {
    expect(keysOf({ secret: SECRET }).ring.publicKeys()).toEqual([]);
  });

  it('returns one entry for a key with several algorithms, with the signing algorithm', () => {
    const { ring } = keysOf({ algorithm: 'RS512', decodeAlgorithms: ['RS256'], privateKey: privateKeyFor('RS256') });
    expect(ring.publicKeys()).toMatchObject([{ alg: 'RS512', kty: 'RSA' }]);
  });
});
