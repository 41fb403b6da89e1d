import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { JwtAlgorithm } from 'nestjs-jwt-extended';
import { KeySet } from '../../../src/jwks/key-set.js';
import type { ClaimRules } from '../../../src/keys/verification-key.js';
import { jwks, providerKey, published } from '../../support/identity-provider.js';
import { millisecondsOf } from '../../support/timing.js';
import { errorOf } from '../../support/token-service.js';

const ALGORITHMS: JwtAlgorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const owner = { name: 'https://idp.example', algorithms: new Set<string>(ALGORITHMS), rules: {} as ClaimRules };
const good = providerKey('good');

const read = (document: object, previous: KeySet | null = null) => {
  return new KeySet(document as Record<string, unknown>, owner, previous);
};

/** The names of the keys for a header. */
function find(set: KeySet, kid: string | undefined, alg: JwtAlgorithm) {
  return (
    set.keysFor({ alg, ...(kid !== undefined && { kid }) }, alg)?.map((key) => `${key.kid} ${key.algorithm}`) ?? null
  );
}

describe('a key', () => {
  it.each(ALGORITHMS)('for %s is found by its name, for its own algorithm only', (algorithm) => {
    const set = read(jwks(providerKey('a', algorithm), good));
    expect(find(set, 'a', algorithm)).toEqual([`a ${algorithm}`]);
    for (const other of ALGORITHMS.filter((name) => name !== algorithm)) expect(find(set, 'a', other)).toEqual([]);
    expect(find(set, 'b', algorithm)).toBeNull();
    expect(set.problems).toEqual([]);
  });

  it('without alg is used for the algorithms that fit its type and curve', () => {
    const set = read(
      jwks(published(providerKey('rsa', 'RS256'), { alg: undefined }), published(good, { alg: undefined })),
    );
    expect(ALGORITHMS.flatMap((algorithm) => find(set, 'rsa', algorithm))).toEqual(['rsa RS256', 'rsa PS256']);
    expect(ALGORITHMS.flatMap((algorithm) => find(set, 'good', algorithm))).toEqual(['good ES256']);
  });

  it('has the public key, its name and the rules of its owner', () => {
    const [key] = read(jwks(good)).keysFor({ alg: 'ES256', kid: 'good' }, 'ES256') ?? [];
    expect(key).toMatchObject({ kid: 'good', algorithm: 'ES256', notAfter: null, own: false, rules: owner.rules });
    expect(key?.key.equals(createPublicKey(good.key))).toBe(true);
  });
});

describe('a token without kid', () => {
  it('is checked with each key for its algorithm', () => {
    const set = read(jwks(good, providerKey('other'), providerKey('rsa', 'RS256')));
    expect(find(set, undefined, 'ES256')).toEqual(['good ES256', 'other ES256']);
    expect(find(set, undefined, 'EdDSA')).toBeNull();
  });

  it('has no key if more than four fit, because anyone could make the service try them all', () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((kid) => providerKey(kid));
    expect(find(read(jwks(...keys.slice(1))), undefined, 'ES256')).toHaveLength(4);
    expect(find(read(jwks(...keys)), undefined, 'ES256')).toEqual([]);
  });

  it('is checked with a key without kid, too', () => {
    const set = read(jwks(published(good, { kid: undefined })));
    expect(find(set, undefined, 'ES256')).toEqual(['null ES256']);
    expect(find(set, 'good', 'ES256')).toBeNull();
  });
});

const weak = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey).export({ format: 'jwk' });
const elliptic = published(good);

describe('an entry is skipped:', () => {
  it.each<[what: string, entry: unknown, why: RegExp]>([
    ['null', null, /not a JSON object/],
    ['a list', [], /not a JSON object/],
    ['a text', 'key', /not a JSON object/],
    ['a kid that is not a text', { ...elliptic, kid: 7 }, /kid that is not a text/],
    ['a secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'bad', alg: 'HS256' }, /secret, which must not be published/],
    ['a private key', { ...elliptic, kid: 'bad', d: 'AQ' }, /with its private half/],
    ['an unknown type', { ...elliptic, kid: 'bad', kty: 'AKP' }, /unknown type "AKP"/],
    ['a type of Object.prototype', { ...elliptic, kid: 'bad', kty: 'constructor' }, /unknown type/],
    ['no type', { kid: 'bad' }, /unknown type undefined/],
    ['a key for encryption', { ...elliptic, kid: 'bad', use: 'enc' }, /not for signatures/],
    ['key_ops without verify', { ...elliptic, kid: 'bad', key_ops: ['encrypt'] }, /not for verifying/],
    ['key_ops that are not a list', { ...elliptic, kid: 'bad', key_ops: 'verify' }, /not for verifying/],
    ['an algorithm that is not accepted', { ...elliptic, kid: 'bad', alg: 'ES512' }, /fits none of/],
    ['HMAC with a public key', { ...elliptic, kid: 'bad', alg: 'HS256' }, /fits none of/],
    ['an algorithm of another type', { ...elliptic, kid: 'bad', alg: 'RS256' }, /fits none of/],
    ['another curve', { ...elliptic, kid: 'bad', crv: 'P-384' }, /fits none of/],
    ['an unknown curve', { ...elliptic, kid: 'bad', crv: 'toString', alg: undefined }, /fits none of/],
  ])('%s', (_, entry, why) => {
    const set = read({ keys: [entry, elliptic] });
    expect(set.problems).toEqual([expect.stringMatching(why)]);
    expect(find(set, 'good', 'ES256')).toEqual(['good ES256']);
    expect(find(set, 'bad', 'ES256')).toBeNull();
  });

  it.each<[what: string, entry: object, algorithm: JwtAlgorithm, why: RegExp]>([
    ['a weak RSA key', { ...weak, kid: 'bad', alg: 'RS256' }, 'RS256', /1024 bits/],
    ['the exponent 1', { ...published(providerKey('bad', 'RS256')), e: 'AQ' }, 'RS256', /exponent|cannot be read/],
    ['a point off its curve', { ...elliptic, kid: 'bad', x: elliptic.y }, 'ES256', /cannot be read/],
    ['a missing member', { ...elliptic, kid: 'bad', y: undefined }, 'ES256', /cannot be read/],
    ['a member that is not a text', { ...elliptic, kid: 'bad', y: { a: 1 } }, 'ES256', /cannot be read/],
    ['a point of small order', { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'bad' }, 'EdDSA', /small order/],
  ])('%s, when it is first used', (_, entry, algorithm, why) => {
    const set = read({ keys: [elliptic, entry] });
    expect(find(set, 'bad', algorithm)).toEqual([]);
    expect(find(set, 'bad', algorithm)).toEqual([]);
    expect(set.problems).toEqual([expect.stringMatching(why)]);
    expect(find(set, 'good', 'ES256')).toEqual(['good ES256']);
  });

  it('two keys with one name', () => {
    const set = read(jwks(providerKey('same'), published(providerKey('x'), { kid: 'same' }), good));
    expect(find(set, 'same', 'ES256')).toBeNull();
    expect(find(set, 'good', 'ES256')).toEqual(['good ES256']);
    expect(set.problems[0]).toBe('several keys have the kid "same"');
  });
});

it('keys of different algorithms may share a name, and so may equal keys', () => {
  const set = read(
    jwks(published(providerKey('x', 'RS256'), { kid: 'good' }), good, published(good, { use: undefined })),
  );
  expect(find(set, 'good', 'RS256')).toEqual(['good RS256']);
  expect(new Set(find(set, 'good', 'ES256'))).toEqual(new Set(['good ES256']));
  expect(set.problems).toEqual([]);
});

it.each<[what: string, document: object]>([
  ['no keys', {}],
  ['keys that are not a list', { keys: { 0: elliptic } }],
  ['an empty list', { keys: [] }],
  ['no usable key', { keys: [{ ...elliptic, use: 'enc' }, null, { ...weak, alg: 'RS256' }] }],
])('a document with %s is an error', async (_, document) => {
  expect((await errorOf(() => read(document)))?.message).toMatch(
    /https:\/\/idp\.example (published no usable key|did not publish a JWK Set)/,
  );
});

it('a set of thousands of keys is read in less than a second', () => {
  const rsa = published(providerKey('x', 'RS256'), { alg: undefined });
  const keys = Array.from({ length: 5000 }, (_, index) => ({ ...rsa, kid: `key-${index}` }));
  const took = millisecondsOf(() => expect(find(read({ keys }), 'key-4999', 'PS256')).toEqual(['key-4999 PS256']));
  expect(took).toBeLessThan(1000);
});

it('an unchanged key keeps its object', () => {
  const key = (set: KeySet) => set.keysFor({ alg: 'ES256', kid: 'good' }, 'ES256')?.[0];
  const first = read(jwks(good, providerKey('gone')));
  const before = key(first);
  first.keysFor({ alg: 'ES256', kid: 'gone' }, 'ES256');
  const second = read(jwks(providerKey('new'), good), first);
  expect(key(second)).toBe(before);
  expect(find(second, 'gone', 'ES256')).toBeNull();
  const changed = read(jwks(published(providerKey('x'), { kid: 'good' })), second);
  expect(key(changed)).not.toBe(before);
});

it('500 weak keys before the first usable one are an error, so that weak keys do not stop the process', () => {
  const weakKeys = Array.from({ length: 500 }, (_, index) => ({ ...weak, alg: 'RS256', kid: `key-${index}` }));
  expect(find(read({ keys: [...weakKeys.slice(0, 499), published(good)] }), 'good', 'ES256')).toEqual(['good ES256']);
  const reading = () => read({ keys: [...weakKeys, published(good)] });
  expect(reading).toThrow('published no usable key');
  const many = Array.from({ length: 12_000 }, (_, index) => ({ ...weak, alg: 'RS256', kid: `key-${index}` }));
  expect(millisecondsOf(() => expect(() => read({ keys: many })).toThrow('no usable key'))).toBeLessThan(1_000);
});
