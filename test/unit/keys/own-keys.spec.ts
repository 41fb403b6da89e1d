import { jest } from '@jest/globals';
import type { JwtExtendedOptions, KeyOptions } from 'nestjs-jwt-extended';
import { configure } from '../../../src/module/configuration.js';
import { SECRET } from '../../support/forge.js';
import { privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';
import { header, NO_KEY, secret } from './secret-keys.js';

const NOW = Date.UTC(2026, 0, 1);

const named = (keys: KeyOptions[], options: JwtExtendedOptions = {}) => configure({ keys, ...options }, false).ownKeys;

beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

describe('the option keys', () => {
  const keys = named([secret('new'), secret('old', 'verify'), { ...secret('ec'), use: 'verify', ...ec() }]);

  it('signs with one key, and finds the others by name', () => {
    expect(keys.signingKey).toMatchObject({ kid: 'new', algorithm: 'HS256' });
    for (const kid of ['new', 'old']) expect(keys.keysFor(header(kid))).toMatchObject([{ kid, own: true }]);
    expect(keys.keysFor(header('ec', 'ES256'))).toMatchObject([{ kid: 'ec', algorithm: 'ES256' }]);
  });

  it('returns the same objects for every request', () => {
    expect(keys.keysFor(header('new'))).toBe(keys.keysFor(header('new')));
  });

  it('refuses an unknown name, and never falls back to another key', () => {
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

  it('verifies a token without kid only with a key of kid: null', () => {
    const unnamed = named([secret('new'), secret(null, 'verify')]);
    expect(unnamed.keysFor(header())).toMatchObject([{ kid: null }]);
    expect(() => unnamed.keysFor(header('other'))).toThrow(NO_KEY);
  });

  it('uses the name of the JWK, else the thumbprint of the key', () => {
    const jwk = { ...publicKeyFor('ES256').export({ format: 'jwk' }), kid: 'of-the-jwk' };
    const found = named([{ key: jwk, algorithm: 'ES256', use: 'verify' }]).published;
    expect(found).toMatchObject([{ kid: 'of-the-jwk' }]);
    const thumb = named([{ key: publicKeyFor('ES256'), algorithm: 'ES256', use: 'verify' }]).published;
    expect(thumb[0]?.kid).toMatch(/^[\w-]{43}$/);
  });

  it('throws without a signing key if a token is created', () => {
    const readOnly = named([secret('old', 'verify')]);
    expect(() => readOnly.signingKey).toThrow("cannot create them: none of its keys has use: 'sign'");
  });

  it('accepts a private key with use: verify, so that retiring a key changes only its use', () => {
    const retired = named([{ kid: 'a', key: privateKeyFor('ES256'), algorithm: 'ES256', use: 'verify' }]);
    expect(retired.keysFor(header('a', 'ES256'))[0]?.key.equals(publicKeyFor('ES256'))).toBe(true);
  });

  it('drops an expired key and calls the listeners', () => {
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
  ])('refuses a wrong list: %#', (keyOptions, message) => {
    expect(() => named(keyOptions)).toThrow(TypeError);
    expect(() => named(keyOptions)).toThrow(message);
  });

  it.each(['secret', 'privateKey', 'publicKey', 'algorithm', 'decodeAlgorithms', 'encodeKey', 'decodeKey'])(
    'cannot be set together with %s',
    (option) => {
      const value = option.endsWith('codeKey') ? () => SECRET : option === 'decodeAlgorithms' ? ['HS256'] : 'HS256';
      expect(() => named([secret('a')], { [option]: value })).toThrow(
        `option "${option}" cannot be set together with "keys"`,
      );
    },
  );
});

function ec() {
  return { key: publicKeyFor('ES256'), algorithm: 'ES256' } as const;
}
