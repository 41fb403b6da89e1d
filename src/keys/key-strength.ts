import type { KeyObject } from 'node:crypto';
import { hasRocaMark } from './roca.js';
import { ALGORITHMS, type AlgorithmFacts, type AlgorithmFamily, type JwtAlgorithm } from '../types/algorithms.js';

const LEAST_RSA_BITS = 2048;

/** OpenSSL's limit. One signature of a longer key would keep a server busy. */
const MOST_RSA_BITS = 16_384;

/** The OpenSSL command that makes a key of a family. */
const COMMANDS: Readonly<Record<Exclude<AlgorithmFamily, 'hmac'>, string>> = {
  rsa: 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out private.pem',
  'rsa-pss': 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out private.pem',
  ecdsa: 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:CURVE -out private.pem',
  eddsa: 'openssl genpkey -algorithm ed25519 -out private.pem',
};

const KEY_TYPES: Readonly<Record<AlgorithmFamily, readonly string[]>> = {
  hmac: [],
  rsa: ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ecdsa: ['ec'],
  eddsa: ['ed25519'],
};

/**
 * The points of Ed25519 whose order divides 8, little endian, without the sign bit. Anyone can make signatures for such a
 * public key. Two of the points also have a second encoding, beyond the prime of the field.
 */
const SMALL_ORDER = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

/** What is wrong with a public or private key for an algorithm, and the cure. `null`: nothing. */
export function weaknessOf(key: KeyObject, algorithm: JwtAlgorithm): string | null {
  const facts: AlgorithmFacts = ALGORITHMS[algorithm];
  const type = key.asymmetricKeyType ?? 'unknown';
  if (!KEY_TYPES[facts.family].includes(type)) return `is of type ${type}. ${cure(algorithm)}`;
  const weakness = facts.family === 'ecdsa' ? otherCurve(key, facts) : (rsaWeakness(key) ?? pssMismatch(key, facts));
  if (weakness !== null) return `${weakness} ${cure(algorithm)}`;
  return facts.family === 'eddsa' && hasSmallOrder(key)
    ? 'is a point of small order: anyone can make signatures for it. Make a new key.'
    : null;
}

function cure(algorithm: JwtAlgorithm): string {
  const { family, curve }: AlgorithmFacts = ALGORITHMS[algorithm];
  if (family === 'hmac') return `${algorithm} needs a secret of random bytes.`;
  return `${algorithm} needs a key from this command: ${COMMANDS[family].replace('CURVE', curve ?? '')}`;
}

function otherCurve(key: KeyObject, { curve }: AlgorithmFacts): string | null {
  const actual = key.asymmetricKeyDetails?.namedCurve ?? 'unknown';
  return actual === curve ? null : `is on the curve ${actual}.`;
}

function rsaWeakness(key: KeyObject): string | null {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength === undefined || publicExponent === undefined) return null;
  if (modulusLength < LEAST_RSA_BITS)
    return `has ${modulusLength} bits; at least ${LEAST_RSA_BITS} are required (RFC 7518 s.3.3).`;
  if (modulusLength > MOST_RSA_BITS) return `has ${modulusLength} bits; at most ${MOST_RSA_BITS} are accepted.`;
  if (publicExponent < 3n || publicExponent % 2n === 0n) return `has the public exponent ${publicExponent}.`;
  return hasRocaMark(modulusOf(key)) ? 'comes from a chip whose keys can be factored (CVE-2017-15361).' : null;
}

function modulusOf(key: KeyObject): bigint {
  // Node cannot export a key for RSASSA-PSS alone as a JWK.
  if (key.asymmetricKeyType !== 'rsa') return 0n;
  const { n = '' } = key.export({ format: 'jwk' });
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}

/** A key for RSASSA-PSS alone may be bound to a hash and a length of the salt (RFC 4055 s.3.1). */
function pssMismatch(key: KeyObject, { hash, hashBytes }: AlgorithmFacts): string | null {
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength } = key.asymmetricKeyDetails ?? {};
  const isBound = hashAlgorithm !== undefined;
  if (!isBound || (hashAlgorithm === hash && mgf1HashAlgorithm === hash && (saltLength ?? 0) <= hashBytes)) return null;
  return `is bound to ${hashAlgorithm}, MGF1 with ${mgf1HashAlgorithm} and a salt of ${saltLength} bytes.`;
}

function hasSmallOrder(key: KeyObject): boolean {
  const { x = '' } = key.export({ format: 'jwk' });
  const point = Buffer.from(x, 'base64url');
  point.writeUInt8(point.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(point.toString('hex'));
}
