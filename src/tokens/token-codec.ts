import { constants, createHmac, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { JwtService, type JwtSignOptions } from '@nestjs/jwt';
import type { SigningKey, VerificationKey } from '../keys/verification-key.js';
import { ALGORITHMS, type AlgorithmFacts, type AlgorithmFamily } from '../types/algorithms.js';
import type { CompactToken } from './verifying/compact.js';

/** How the signatures of one family are made and checked (RFC 7518 s.3). */
interface SignatureScheme {
  /** `null`: `@nestjs/jwt` makes them. */
  readonly sign: ((input: string, key: KeyObject, facts: AlgorithmFacts) => string) | null;
  /** The signature as its segment is written: base64url in the one form that its bytes have. */
  readonly verify: (input: string, signature: string, key: KeyObject, facts: AlgorithmFacts) => boolean;
}

const SCHEMES: Readonly<Record<AlgorithmFamily, SignatureScheme>> = {
  hmac: {
    sign: hmac,
    // As texts: Node hands out the one and need not decode the other, which takes a quarter less.
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
 * Signs and checks signatures, and nothing else: the claims are judged elsewhere, in Flask-JWT-Extended's order.
 * The one file that knows `@nestjs/jwt`.
 *
 * `@nestjs/jwt` signs where it costs next to nothing beside the signature: with RSA, 1.02 times the bare one. With HMAC it
 * takes 1.8 times that, where the code here takes 1.3; it knows neither ES256K nor EdDSA; and to verify HS256 it takes 3.3
 * times the bare HMAC, RS256 1.3. There `node:crypto` is asked itself, with the same prepared keys: 2.2 and 1.16, all but
 * nothing beside the signature and `JSON.parse` (Node 20, docs/benchmarks.md).
 */
export class TokenCodec {
  // Without a key of its own, so that no call can fall back to one; each call brings a prepared key, since
  // jsonwebtoken would try to parse a text as a public key every time.
  private readonly jwt = new JwtService({});
  private lastHeader = { text: '', segment: '' };

  /** The compact form of a token (RFC 7515 s.7.1). */
  sign(header: Readonly<Record<string, unknown>>, payload: object, { algorithm, key, kid }: SigningKey): string {
    const joseHeader = { alg: algorithm, ...header, ...(kid !== null && { kid }) };
    const facts: AlgorithmFacts = ALGORITHMS[algorithm];
    const scheme = SCHEMES[facts.family];
    const claims = Buffer.from(JSON.stringify(payload), 'utf8');
    if (scheme.sign === null) {
      // As bytes, jsonwebtoken takes the payload as it is, instead of adding and judging claims.
      const options = { secret: key, algorithm, header: joseHeader };
      return this.jwt.sign(claims, options as unknown as JwtSignOptions);
    }
    const input = `${this.headerSegment(joseHeader)}.${claims.toString('base64url')}`;
    return `${input}.${scheme.sign(input, key, facts)}`;
  }

  /** One token's header is mostly the next one's too. */
  private headerSegment(header: object): string {
    const text = JSON.stringify(header);
    if (text !== this.lastHeader.text) {
      this.lastHeader = { text, segment: Buffer.from(text, 'utf8').toString('base64url') };
    }
    return this.lastHeader.segment;
  }

  /** Whether this key signed the token, with the key's algorithm and no other. */
  verifySignature({ signingInput, signature, unverifiedHeader }: CompactToken, key: VerificationKey): boolean {
    const facts: AlgorithmFacts = ALGORITHMS[key.algorithm];
    if (unverifiedHeader.alg !== key.algorithm) return false;
    if (signature.length !== charactersFor(facts.signatureBytes ?? modulusBytes(key.key))) return false;
    return SCHEMES[facts.family].verify(signingInput, signature, key.key, facts);
  }
}

/** The length of an RSA signature (RFC 8017 s.8.1.2, 8.2.2); OpenSSL also takes one without its leading zeros. */
function modulusBytes(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
}

// One pair for each length of a text that is compared; nothing here waits.
const compared = new Map<number, readonly [Buffer, Buffer]>();

/** Compares texts in a time that does not say where they differ. */
function isSame(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let pair = compared.get(one.length);
  if (pair === undefined) {
    pair = [Buffer.alloc(one.length), Buffer.alloc(one.length)];
    compared.set(one.length, pair);
  }
  pair[0].write(one, 'latin1');
  pair[1].write(other, 'latin1');
  return timingSafeEqual(pair[0], pair[1]);
}

/** How many letters base64url has for so many bytes. */
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

/** Of base64url and dots, each letter is one byte. */
function bytesOf(input: string): Buffer {
  return Buffer.from(input, 'latin1');
}
