import type { JsonWebKey } from 'node:crypto';
import { PUBLIC_MEMBERS } from '../keys/jwk-members.js';
import { show } from '../options/shown-value.js';
import {
  ALGORITHMS,
  isAlgorithm,
  namesOf,
  type AlgorithmFacts,
  type AlgorithmFamily,
  type JwtAlgorithm,
} from '../types/algorithms.js';
import { ownValue } from '../types/claims.js';

/** A usable key of a JWK Set, with the members of a public key and no others. */
export interface PublishedKey {
  /** `null` if the key has no name. */
  readonly kid: string | null;
  /** Its own `alg`, else the accepted algorithms that fit its type and curve. */
  readonly algorithms: readonly JwtAlgorithm[];
  readonly jwk: JsonWebKey;
}

/** The members of a private key or a secret (RFC 7518 s.6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const KEY_TYPES: Readonly<Record<AlgorithmFamily, string>> = {
  hmac: 'oct',
  rsa: 'RSA',
  'rsa-pss': 'RSA',
  ecdsa: 'EC',
  eddsa: 'OKP',
};

/** Reads an entry of a JWK Set (RFC 7517 s.4). A text says why the entry is not used. */
export function readPublishedKey(entry: unknown, accepted: ReadonlySet<string>): PublishedKey | string {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'an entry is not a JSON object';
  const kid = ownValue(entry, 'kid') ?? null;
  if (kid !== null && typeof kid !== 'string') return 'an entry has a kid that is not a text';
  const problem = problemOf(entry);
  const name = kid === null ? 'a key without kid' : `the key ${show(kid)}`;
  if (problem !== null) return `${name} ${problem}`;
  const algorithms = algorithmsOf(entry, accepted);
  if (algorithms.length === 0) return `${name} fits none of ${[...accepted].join(', ')}`;
  const members = PUBLIC_MEMBERS[ownValue(entry, 'kty') as string] ?? [];
  const jwk = Object.fromEntries(members.map((member) => [member, ownValue(entry, member)])) as JsonWebKey;
  return { kid, algorithms, jwk };
}

function problemOf(entry: object): string | null {
  const [kty, use, operations]: unknown[] = ['kty', 'use', 'key_ops'].map((member) => ownValue(entry, member));
  if (kty === 'oct') return 'is a secret, which must not be published';
  if (typeof kty !== 'string' || !Object.hasOwn(PUBLIC_MEMBERS, kty)) return `has the unknown type ${show(kty)}`;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(entry, member))) return 'is published with its private half';
  if (use !== undefined && use !== 'sig') return 'is not for signatures (use)';
  const verifies =
    operations === undefined || (Array.isArray(operations) && (operations as unknown[]).includes('verify'));
  return verifies ? null : 'is not for verifying (key_ops)';
}

function algorithmsOf(entry: object, accepted: ReadonlySet<string>): readonly JwtAlgorithm[] {
  const named = ownValue(entry, 'alg');
  const candidates: readonly unknown[] = named === undefined ? [...accepted] : isAlgorithm(named) ? namesOf(named) : [];
  return candidates.filter((algorithm): algorithm is JwtAlgorithm => {
    return typeof algorithm === 'string' && accepted.has(algorithm) && fits(entry, algorithm as JwtAlgorithm);
  });
}

function fits(entry: object, algorithm: JwtAlgorithm): boolean {
  const { family, jwkCurve }: AlgorithmFacts = ALGORITHMS[algorithm];
  if (ownValue(entry, 'kty') !== KEY_TYPES[family]) return false;
  return jwkCurve === null || ownValue(entry, 'crv') === jwkCurve;
}
