import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { prepareSigningKey } from '../../../src/keys/prepare-key.js';
import { ownKey, type SigningKey, type VerificationKey } from '../../../src/keys/verification-key.js';
import { parseCompact } from '../../../src/tokens/verifying/compact.js';
import { TokenCodec } from '../../../src/tokens/token-codec.js';
import { ALGORITHMS, type JwtAlgorithm } from '../../../src/types/algorithms.js';
import { base64url, forge, OTHER_SECRET, readToken, SECRET } from '../../support/forge.js';
import { privateKeyFor } from '../../support/key-pairs.js';

const codec = new TokenCodec();
const NAMES = Object.keys(ALGORITHMS) as JwtAlgorithm[];

interface Pair {
  signing: SigningKey;
  verification: VerificationKey;
}

function pair(algorithm: JwtAlgorithm, material: unknown = privateKeyFor(algorithm), kid: string | null = null): Pair {
  const prepared = prepareSigningKey(material, { algorithm, allowWeakSecret: false, name: 'The key' });
  return {
    signing: { kid, algorithm, key: prepared.signing },
    verification: ownKey(algorithm, prepared.verification, { kid }),
  };
}

const verifies = (token: string, key: VerificationKey) => codec.verifySignature(parseCompact(token, 16_384), key);

describe.each(NAMES)('the codec with %s', (algorithm) => {
  const own = pair(algorithm);
  const token = codec.sign({ typ: 'JWT' }, { a: 1 }, own.signing);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const withSignature = (changed: Uint8Array) =>
    verifies(`${header}.${payload}.${base64url(changed)}`, own.verification);

  it('signs a payload and verifies it', () => {
    expect(readToken(token)).toEqual({ header: { alg: algorithm, typ: 'JWT' }, claims: { a: 1 } });
    expect(verifies(token, own.verification)).toBe(true);
  });

  it('refuses another key, other claims and another header', () => {
    expect(verifies(token, pair(algorithm, privateKeyFor(algorithm, 'other')).verification)).toBe(false);
    expect(verifies(`${header}.${base64url('{"a":2}')}.${signature}`, own.verification)).toBe(false);
    const other = base64url(JSON.stringify({ alg: algorithm, typ: 'jwt' }));
    expect(verifies(`${other}.${payload}.${signature}`, own.verification)).toBe(false);
  });

  it('refuses a signature with one changed bit, or with one byte more or less', () => {
    for (const position of [0, bytes.length - 1]) {
      const changed = Uint8Array.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ 1;
      expect(withSignature(changed)).toBe(false);
    }
    const lengths = [
      Buffer.alloc(0),
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
    ];
    for (const changed of [...lengths, Buffer.concat([Buffer.alloc(1), bytes])])
      expect(withSignature(changed)).toBe(false);
  });

  it('verifies with the algorithm of the key, not with that of the token', () => {
    for (const name of NAMES.filter((other) => other !== algorithm)) {
      const renamed = `${base64url(JSON.stringify({ alg: name, typ: 'JWT' }))}.${payload}.${signature}`;
      expect(verifies(renamed, own.verification)).toBe(false);
    }
  });
});

describe('the codec', () => {
  const { signing, verification } = pair('HS256', SECRET);

  it('adds no claims', () => {
    expect(readToken(codec.sign({}, {}, signing))).toEqual({ header: { alg: 'HS256' }, claims: {} });
    expect(readToken(codec.sign({}, {}, pair('RS256').signing))).toEqual({ header: { alg: 'RS256' }, claims: {} });
  });

  it.each(['HS256', 'RS256', 'EdDSA'] as const)('puts the name of the key into the header: %s', (algorithm) => {
    const named = pair(algorithm, undefined, '2026-10').signing;
    expect(readToken(codec.sign({ typ: 'JWT' }, {}, named)).header).toEqual({
      alg: algorithm,
      typ: 'JWT',
      kid: '2026-10',
    });
  });

  it('checks signatures only, not claims', () => {
    for (const claims of [{ exp: 1 }, { exp: 'x' }, { nbf: 9e9 }, { iat: 'x' }, { aud: 7 }]) {
      expect(verifies(forge(claims), verification)).toBe(true);
    }
  });

  it('refuses unsigned tokens, and tokens of another secret', () => {
    expect(verifies(`${base64url('{"alg":"none"}')}.${base64url('{}')}.`, verification)).toBe(false);
    expect(verifies(forge({}, { secret: OTHER_SECRET }), verification)).toBe(false);
  });

  it('has no default key', () => {
    const none = undefined as unknown as KeyObject;
    for (const algorithm of NAMES) {
      expect(() => codec.sign({}, {}, { kid: null, algorithm, key: none })).toThrow();
    }
    expect(() => verifies(forge(), ownKey('HS256', none))).toThrow();
  });

  it('throws no exception of a token for a wrong key of the application', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(() => codec.sign({}, {}, { kid: null, algorithm: 'HS256', key: publicKey })).toThrow();
    expect(() => verifies(forge(), ownKey('HS256', publicKey))).toThrow();
  });
});

it('refuses an RSA signature without its leading zero, which OpenSSL would accept', () => {
  const own = pair('RS256');
  const signed = (number: number) => codec.sign({}, { number }, own.signing);
  const signatureOf = (token: string) => Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
  let number = 0;
  while (signatureOf(signed(number))[0] !== 0) number += 1;
  const token = signed(number);
  const shorter = base64url(signatureOf(token).subarray(1));
  expect(verifies(token, own.verification)).toBe(true);
  expect(verifies(token.replace(/[^.]+$/, shorter), own.verification)).toBe(false);
});
