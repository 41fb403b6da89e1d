import { createSecretKey } from 'node:crypto';
import { ChosenKeys } from '../../../src/keys/chosen-keys.js';
import { ChosenSigningKeys } from '../../../src/keys/chosen-signing-keys.js';
import { KeyMemory } from '../../../src/keys/key-memory.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { OTHER_SECRET, SECRET } from '../../support/forge.js';
import { pem, privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';

const settings = resolveSettings({ secret: SECRET, decodeAlgorithms: ['HS384'] });

function chosen(answer: unknown, alg = 'HS256') {
  return new ChosenKeys(() => answer, settings).keysFor({ alg }, { value: {} });
}

describe('a key that decodeKey returns', () => {
  const answers: unknown[] = [];
  const source = new ChosenKeys(() => answers.shift(), settings);
  const twice = (one: unknown, other: unknown) => {
    answers.push(one, other);
    return [source.keysFor({ alg: 'HS256' }, { value: {} }), source.keysFor({ alg: 'HS256' }, { value: {} })] as const;
  };

  it.each<[what: string, one: unknown, other: unknown]>([
    ['a text', SECRET, `${SECRET}`],
    ['bytes', Buffer.from(SECRET), new Uint8Array(Buffer.from(SECRET))],
    ['a JWK', { kty: 'oct', k: 'AB'.repeat(32) }, { kty: 'oct', k: 'AB'.repeat(32) }],
    ['with its algorithm', { key: SECRET, algorithm: 'HS256' }, { key: SECRET, algorithm: 'HS256' }],
    ['with claims', { key: SECRET, claims: { tenant: 'a' } }, { key: SECRET, claims: { tenant: 'a' } }],
  ])('a second time is the same object: %s', (_what, one, other) => {
    const [first, second] = twice(one, other);
    expect(first).toBe(second);
    expect(first).toHaveLength(1);
  });

  it('a second time as a KeyObject is the same object, too', () => {
    const key = createSecretKey(Buffer.from(SECRET));
    const [first, second] = twice(key, key);
    expect(first).toBe(second);
  });

  it.each<[one: unknown, other: unknown]>([
    [SECRET, OTHER_SECRET],
    [
      { key: SECRET, claims: { tenant: 'a' } },
      { key: SECRET, claims: { tenant: 'b' } },
    ],
    [
      { key: SECRET, claims: { tenant: 1 } },
      { key: SECRET, claims: { tenant: '1' } },
    ],
    [{ key: SECRET, claims: { tenant: 'a' } }, SECRET],
    [
      { key: SECRET, claims: { tenant: 'a' } },
      { key: OTHER_SECRET, claims: { tenant: 'a' } },
    ],
  ])('is a different object if the key, its algorithm or its claims differ: %#', (one, other) => {
    const [first, second] = twice(one, other);
    expect(first).not.toBe(second);
  });

  it('is cached by its bytes, even if the application changes them later', () => {
    const bytes = Buffer.from(SECRET);
    answers.push(bytes);
    const first = source.keysFor({ alg: 'HS256' }, { value: {} });
    bytes.write(OTHER_SECRET);
    answers.push(bytes);
    expect(source.keysFor({ alg: 'HS256' }, { value: {} })).not.toBe(first);
  });

  it('is for every accepted algorithm, or only for the algorithm that was returned with it', () => {
    expect(chosen(SECRET, 'HS384')).toMatchObject([{ algorithm: 'HS384', own: true, claims: null }]);
    expect(() => chosen({ key: SECRET, algorithm: 'HS256' }, 'HS384')).toThrow('alg value is not allowed');
    const pair = { key: publicKeyFor('ES256'), algorithm: 'ES256' };
    expect(chosen(pair, 'ES256')).toMatchObject([{ algorithm: 'ES256' }]);
  });

  it.each<[unknown, string]>([
    [pem(publicKeyFor('ES256')), "is a key pair's public or private key"],
    [{ key: 'short' }, 'The key that decodeKey returned has 5 bytes'],
    [{ key: pem(privateKeyFor('ES256')), algorithm: 'ES256' }, 'is a private key, but must be the public key'],
    [{ key: SECRET, algorithm: 'none' }, 'option "decodeKey().algorithm" must not be "none"'],
    [{ key: SECRET, kid: 'a' }, 'option "decodeKey().kid" does not exist'],
    [{ key: SECRET, claims: 'acme' }, 'option "decodeKey().claims" must be an object'],
    [{ key: SECRET, claims: { tenant: ['acme'] } }, 'must have texts, numbers or booleans as values; "tenant" is'],
    [{ key: SECRET, claims: { tenant: undefined } }, '"tenant" is undefined'],
    [{ key: SECRET, claims: { exp: 1 } }, 'must not have "exp"'],
    [{ tenant: 'acme' }, 'must be a string, bytes (Buffer), a JWK or a KeyObject'],
    [7, 'must be a string'],
  ])('causes a TypeError if it is wrong: %#', (answer, message) => {
    expect(() => chosen(answer)).toThrow(TypeError);
    expect(() => chosen(answer)).toThrow(message);
  });
});

describe('a key that encodeKey returns', () => {
  const keys = new ChosenSigningKeys(settings);

  it('signs with its own algorithm, else with that of the options', () => {
    expect(keys.choose(SECRET)).toMatchObject({ algorithm: 'HS256', kid: null, claims: null });
    const choice = { key: privateKeyFor('EdDSA'), algorithm: 'EdDSA', kid: 'a', claims: { tenant: 'acme' } };
    expect(keys.choose(choice)).toMatchObject({ algorithm: 'EdDSA', kid: 'a', claims: { tenant: 'acme' } });
  });

  it('is prepared once', () => {
    const text = pem(privateKeyFor('RS256'));
    const first = keys.choose({ key: text, algorithm: 'RS256' });
    expect(keys.choose({ key: `${text}`, algorithm: 'RS256', kid: 'b' }).key).toBe(first.key);
  });

  it.each<[unknown, string]>([
    [{ key: pem(publicKeyFor('ES256')), algorithm: 'ES256' }, 'is a public key, but must be the private key'],
    [{ key: SECRET, kid: '' }, 'option "encodeKey().kid" must be a text'],
    [{ key: SECRET, kid: 7 }, 'option "encodeKey().kid" must be a text'],
    [null, 'The key that encodeKey returned must be a string'],
  ])('causes a TypeError if it is wrong: %#', (answer, message) => {
    expect(() => keys.choose(answer)).toThrow(TypeError);
    expect(() => keys.choose(answer)).toThrow(message);
  });
});

describe('the cache of prepared keys', () => {
  it('has a limit, and removes the keys that are not in use', () => {
    const memory = new KeyMemory<object>(10);
    const wanted = memory.store('wanted', {});
    for (let index = 0; index < 1_000; index++) {
      memory.store(`key ${index}`, {});
      expect(memory.recall('wanted')).toBe(wanted);
    }
    expect(memory.recall('key 999')).toBeDefined();
    const known = Array.from({ length: 1_000 }, (_, index) => memory.recall(`key ${index}`)).filter(Boolean);
    expect(known.length).toBeLessThanOrEqual(20);
  });

  it('distinguishes texts, bytes and JWKs', () => {
    const memory = new KeyMemory<string>();
    memory.store(Buffer.from('a'), 'bytes');
    memory.store({ kty: 'oct' }, 'JWK');
    expect([memory.recall('a'), memory.recall('{"kty":"oct"}')]).toEqual([undefined, undefined]);
    expect([memory.recall(Buffer.from('a')), memory.recall({ kty: 'oct' })]).toEqual(['bytes', 'JWK']);
  });
});
