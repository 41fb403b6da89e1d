import type { JsonWebKey } from 'node:crypto';
import { show } from '../options/shown-value.js';
import { ALGORITHMS, type AlgorithmFacts, type JwtAlgorithm } from '../types/algorithms.js';
import { ownValue } from '../types/claims.js';

/** A usable key of a JWK Set, with only the members of the key itself. */
export interface PublishedKey {
  /** `null` if the key has no name. */
  readonly kid: string | null;
  /** Its own `alg`, or all accepted algorithms that fit its type and curve. */
  readonly algorithms: readonly JwtAlgorithm[];
  readonly jwk: JsonWebKey;
}

/** The members of a public key (RFC 7518 s.6, RFC 8037 s.2). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** OpenSSL's names for the curves of JWKs. */
const CURVES: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  secp256k1: 'secp256k1',
  Ed25519: 'ed25519',
};

const KEY_TYPES: Readonly<Record<AlgorithmFacts['family'], string>> = {
  hmac: 'oct',
  rsa: 'RSA',
  'rsa-pss': 'RSA',
  ecdsa: 'EC',
  eddsa: 'OKP',
};

/** Reads an entry of a JWK Set (RFC 7517 s.4). Returns a string with the reason if the entry is unusable. */
export function readPublishedKey(entry: unknown, accepted: ReadonlySet<string>): PublishedKey | string {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'an entry is no JSON object';
  const kid = ownValue(entry, 'kid') ?? null;
  if (kid !== null && typeof kid !== 'string') return 'an entry has a kid that is no text';
  const problem = problemOf(entry);
  const name = kid === null ? 'a key without kid' : `the key ${show(kid)}`;
  if (problem !== null) return `${name} ${problem}`;
  const algorithms = algorithmsOf(entry, accepted);
  if (algorithms.length === 0) return `${name} is for none of ${[...accepted].join(', ')}`;
  const kty = ownValue(entry, 'kty') as string;
  const members = (MEMBERS[kty] ?? []).map((member) => [member, ownValue(entry, member)]);
  return { kid, algorithms, jwk: { kty, ...(Object.fromEntries(members) as JsonWebKey) } };
}

function problemOf(entry: object): string | null {
  const [kty, use, operations]: unknown[] = ['kty', 'use', 'key_ops'].map((member) => ownValue(entry, member));
  if (kty === 'oct') return 'is a secret, which must not be published';
  if (typeof kty !== 'string' || !Object.hasOwn(MEMBERS, kty)) return `is of the type ${show(kty)}`;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(entry, member))) return 'is published with its private part';
  if (use !== undefined && use !== 'sig') return 'is not for signatures (use)';
  const verifies =
    operations === undefined || (Array.isArray(operations) && (operations as unknown[]).includes('verify'));
  return verifies ? null : 'is not for verifying (key_ops)';
}

function algorithmsOf(entry: object, accepted: ReadonlySet<string>): readonly JwtAlgorithm[] {
  const named = ownValue(entry, 'alg');
  const candidates: unknown[] = named === undefined ? [...accepted] : [named];
  return candidates.filter((algorithm): algorithm is JwtAlgorithm => {
    return typeof algorithm === 'string' && accepted.has(algorithm) && fits(entry, algorithm as JwtAlgorithm);
  });
}

function fits(entry: object, algorithm: JwtAlgorithm): boolean {
  const { family, curve }: AlgorithmFacts = ALGORITHMS[algorithm];
  if (ownValue(entry, 'kty') !== KEY_TYPES[family]) return false;
  const named = ownValue(entry, 'crv');
  return curve === null || (typeof named === 'string' && Object.hasOwn(CURVES, named) && CURVES[named] === curve);
}
