import type { RingKey } from './ring-key.js';
import { namesOf } from '../types/algorithms.js';
import { ownKey, type SigningKey, type VerificationKey } from './verification-key.js';

/** The application's own keys in the order of a look-up, so that a request only reads from maps. */
export interface KeyIndex {
  readonly keys: readonly RingKey[];
  readonly signing: SigningKey | null;
  /** By `kid`: a list with one key. */
  readonly named: ReadonlyMap<unknown, readonly VerificationKey[]>;
  /** The same keys under the other name of their algorithm. */
  readonly renamed: ReadonlyMap<unknown, readonly VerificationKey[]>;
  /** The keys without a name, by algorithm. */
  readonly unnamed: ReadonlyMap<string, readonly VerificationKey[]>;
  readonly algorithms: ReadonlySet<string>;
  /** NumericDate at which the next key expires; `Infinity`: none does. */
  readonly nextExpiry: number;
}

/** Indexes the keys that verify at `now` (a NumericDate). Two keys with one name are a `TypeError`. */
export function indexKeys(all: readonly RingKey[], now: number): KeyIndex {
  const keys = all.filter(({ verification: { notAfter } }) => notAfter === null || notAfter > now);
  const named = new Map<unknown, readonly VerificationKey[]>();
  const unnamed = new Map<string, VerificationKey[]>();
  for (const { verification } of keys) {
    const { kid, algorithm } = verification;
    if (kid === null) unnamed.set(algorithm, [...(unnamed.get(algorithm) ?? []), verification]);
    else if (named.has(kid))
      throw new TypeError(
        `JwtExtendedModule option "keys" has two keys with the kid "${kid}". Give each key its own name.`,
      );
    else named.set(kid, Object.freeze([verification]));
  }
  const renamed = new Map<unknown, readonly VerificationKey[]>();
  for (const { verification } of keys) {
    const other = underOtherName(verification);
    if (other === null) continue;
    if (other.kid !== null) renamed.set(other.kid, Object.freeze([other]));
    // The options "privateKey" and "publicKey" have made a key for each name.
    else if (!keys.some((key) => key.verification.kid === null && key.verification.algorithm === other.algorithm))
      unnamed.set(other.algorithm, [...(unnamed.get(other.algorithm) ?? []), other]);
  }
  return Object.freeze({
    keys,
    signing: keys.find(({ signing }) => signing !== null)?.signing ?? null,
    named,
    renamed,
    unnamed,
    algorithms: new Set<string>(keys.flatMap(({ verification }) => namesOf(verification.algorithm))),
    nextExpiry: Math.min(...keys.map(({ verification: { notAfter } }) => notAfter ?? Infinity)),
  });
}

/** A key for the tokens that name its algorithm by the other name; `null` if there is none. */
function underOtherName({ algorithm, key, kid, notAfter }: VerificationKey): VerificationKey | null {
  const other = namesOf(algorithm).find((name) => name !== algorithm);
  return other === undefined ? null : ownKey(other, key, { kid, notAfter });
}
