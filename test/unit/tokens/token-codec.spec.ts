import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { InvalidTokenException } from 'nestjs-jwt-extended';
import { TokenCodec } from '../../../src/tokens/token-codec.js';
import { base64url, forge, OTHER_SECRET, readToken, SECRET } from '../../support/forge.js';

const codec = new TokenCodec();
const key = createSecretKey(Buffer.from(SECRET));
const otherKey = createSecretKey(Buffer.from(OTHER_SECRET));

describe('the codec', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)('signs and verifies with %s', (algorithm) => {
    const token = codec.sign({ typ: 'JWT' }, { a: 1 }, algorithm, key);
    expect(readToken(token)).toEqual({ header: { alg: algorithm, typ: 'JWT' }, claims: { a: 1 } });
    expect(() => codec.verifySignature(token, algorithm, [key])).not.toThrow();
    expect(() => codec.verifySignature(forge({}, { algorithm }), algorithm, [key])).not.toThrow();
  });

  it('adds no claims of its own', () => {
    expect(readToken(codec.sign({}, {}, 'HS256', key))).toEqual({ header: { alg: 'HS256' }, claims: {} });
  });

  it('judges signatures only, not claims', () => {
    for (const claims of [{ exp: 1 }, { exp: 'x' }, { nbf: 9e9 }, { iat: 'x' }, { aud: 7 }]) {
      expect(() => codec.verifySignature(forge(claims), 'HS256', [key])).not.toThrow();
    }
  });

  it('takes any of several keys', () => {
    expect(() => codec.verifySignature(forge(), 'HS256', [otherKey, key])).not.toThrow();
    expect(() => codec.verifySignature(forge(), 'HS256', [key, otherKey])).not.toThrow();
  });

  it('refuses without the right key, and without any', () => {
    expect(() => codec.verifySignature(forge(), 'HS256', [otherKey])).toThrow('Signature verification failed');
    expect(() => codec.verifySignature(forge(), 'HS256', [])).toThrow(InvalidTokenException);
  });

  it('takes only the algorithm it is told', () => {
    expect(() => codec.verifySignature(forge({}, { algorithm: 'HS512' }), 'HS256', [key])).toThrow(
      InvalidTokenException,
    );
    const unsigned = `${base64url('{"alg":"none"}')}.${base64url('{}')}.`;
    expect(() => codec.verifySignature(unsigned, 'HS256', [key])).toThrow(InvalidTokenException);
  });

  it('has no key of its own to fall back to', () => {
    const none = undefined as unknown as KeyObject;
    expect(() => codec.sign({}, {}, 'HS256', none)).toThrow();
    expect(() => codec.verifySignature(forge(), 'HS256', [none])).toThrow();
  });

  it('keeps the reason underneath', () => {
    expect.assertions(1);
    try {
      codec.verifySignature(forge(), 'HS256', [otherKey]);
    } catch (error) {
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
  });

  it('does not take a fault of the application for a bad token', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(() => codec.sign({}, {}, 'HS256', publicKey)).toThrow();
    const broken = new Proxy(key, {
      get: () => {
        throw new Error('the key store is gone');
      },
    });
    expect(() => codec.verifySignature(forge(), 'HS256', [broken])).toThrow('the key store is gone');
  });
});
