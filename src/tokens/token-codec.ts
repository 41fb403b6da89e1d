import { constants, createHmac, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { JwtService, type JwtSignOptions } from '@nestjs/jwt';
import type { SigningKey, VerificationKey } from '../keys/verification-key.js';
import { ALGORITHMS, type AlgorithmFacts, type AlgorithmFamily } from '../types/algorithms.js';
import type { CompactToken } from './verifying/compact.js';

/** Signs and verifies with the algorithms of one family (RFC 7518 s.3). */
interface SignatureScheme {
  /** `null` if `@nestjs/jwt` signs. */
  readonly sign: ((input: string, key: KeyObject, facts: AlgorithmFacts) => string) | null;
  /** `signature` is the segment of the token, in canonical base64url. */
  readonly verify: (input: string, signature: string, key: KeyObject, facts: AlgorithmFacts) => boolean;
}

const SCHEMES: Readonly<Record<AlgorithmFamily, SignatureScheme>> = {
  hmac: {
    sign: hmac,
    // Compares base64url strings: Node returns one of them and need not decode the other. This saves a quarter of the time.
    verify: (input, signature, key, facts) => isSame(hmac(input, key, facts), signature),
  },
  rsa: {
    sign: null,
    verify: (input, signature, key, { hash }) => verify(hash, bytesOf(input), key, decode(signature)),
  },
  'rsa-pss': {
    sign: null,
    verify: (input, signature, key, { hash, hashBytes }) => {
      const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashBytes };
      return verify(hash, bytesOf(input), options, decode(signature));
    },
  },
  ecdsa: {
    sign: (input, key, { hash }) => encode(sign(hash, bytesOf(input), { key, dsaEncoding: 'ieee-p1363' })),
    // OpenSSL refuses an r or s that is zero or not below the order of the curve.
    verify: (input, signature, key, { hash }) =>
      verify(hash, bytesOf(input), { key, dsaEncoding: 'ieee-p1363' }, decode(signature)),
  },
  eddsa: {
    sign: (input, key) => encode(sign(null, bytesOf(input), key)),
    // OpenSSL refuses an S that is not below the order of the base point (RFC 8032 s.5.1.7).
    verify: (input, signature, key) => verify(null, bytesOf(input), key, decode(signature)),
  },
};

/**
 * Signs tokens and verifies signatures. `TokenVerifier` checks the claims, in Flask-JWT-Extended's order. Only this file
 * imports `@nestjs/jwt`.
 *
 * `@nestjs/jwt` signs with RSA, where it takes 1.02 times the bare signature. This file calls `node:crypto` for the rest.
 * For HMAC, `@nestjs/jwt` takes 1.8 times the bare signature and this file 1.3 times. To verify HS256, `@nestjs/jwt` takes
 * 3.3 times the bare HMAC and this file 2.2 times, for RS256 1.3 and 1.16 times. `@nestjs/jwt` supports neither ES256K nor
 * EdDSA. The figures are from Node 20 (docs/operations/benchmarks.md).
 */
export class TokenCodec {
  // The service has no key, so no call can fall back to one. Each call passes a prepared key, because jsonwebtoken would
  // try to parse a string as a public key every time.
  private readonly jwt = new JwtService({});
  private lastHeader = { text: '', segment: '' };

  /** The compact form of a token (RFC 7515 s.7.1). */
  sign(header: Readonly<Record<string, unknown>>, payload: object, { algorithm, key, kid }: SigningKey): string {
    const joseHeader = { alg: algorithm, ...header, ...(kid !== null && { kid }) };
    const facts: AlgorithmFacts = ALGORITHMS[algorithm];
    const scheme = SCHEMES[facts.family];
    const claims = Buffer.from(JSON.stringify(payload), 'utf8');
    if (scheme.sign === null) {
      // jsonwebtoken signs a payload of bytes unchanged. With an object it would add and check claims.
      const options = { secret: key, algorithm, header: joseHeader };
      return this.jwt.sign(claims, options as unknown as JwtSignOptions);
    }
    const input = `${this.headerSegment(joseHeader)}.${claims.toString('base64url')}`;
    return `${input}.${scheme.sign(input, key, facts)}`;
  }

  /** The encoded header. Most tokens have the same header as the token before, so the last one is cached. */
  private headerSegment(header: object): string {
    const text = JSON.stringify(header);
    if (text !== this.lastHeader.text) {
      this.lastHeader = { text, segment: Buffer.from(text, 'utf8').toString('base64url') };
    }
    return this.lastHeader.segment;
  }

  /** Whether this key signed the token with the algorithm of the key. */
  verifySignature({ signingInput, signature, unverifiedHeader }: CompactToken, key: VerificationKey): boolean {
    const facts: AlgorithmFacts = ALGORITHMS[key.algorithm];
    if (unverifiedHeader.alg !== key.algorithm) return false;
    if (signature.length !== charactersFor(facts.signatureBytes ?? modulusBytes(key.key))) return false;
    return SCHEMES[facts.family].verify(signingInput, signature, key.key, facts);
  }
}

/** The length of an RSA signature (RFC 8017 s.8.1.2, 8.2.2). OpenSSL would also accept one without its leading zeros. */
function modulusBytes(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
}

/** Compares two strings of ASCII in constant time. */
function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(bytesOf(one), bytesOf(other));
}

/** The number of base64url characters for a number of bytes. */
function charactersFor(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

function hmac(input: string, key: KeyObject, { hash }: AlgorithmFacts): string {
  return createHmac(hash as string, key)
    .update(input)
    .digest('base64url');
}

function encode(signature: Buffer): string {
  return signature.toString('base64url');
}

function decode(signature: string): Buffer {
  return Buffer.from(signature, 'base64url');
}

/** Encodes base64url and dots, which are one byte per character. */
function bytesOf(input: string): Buffer {
  return Buffer.from(input, 'latin1');
}
