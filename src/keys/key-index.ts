import type { RingKey } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';

/** The keys of a ring, indexed for the look-up of each request. */
export interface KeyIndex {
  readonly keys: readonly RingKey[];
  readonly signing: SigningKey | null;
  /** By `kid`. Each list has one key. */
  readonly named: ReadonlyMap<unknown, readonly VerificationKey[]>;
  /** The keys without a name, by algorithm. */
  readonly unnamed: ReadonlyMap<string, readonly VerificationKey[]>;
  readonly algorithms: ReadonlySet<string>;
  /** The NumericDate at which the first key expires. */
  readonly nextExpiry: number;
}

/** Indexes the keys that are valid at `now` (a NumericDate). @throws TypeError for two keys with one name. */
export function indexKeys(all: readonly RingKey[], now: number): KeyIndex {
  const keys = all.filter(({ verification: { notAfter } }) => notAfter === null || notAfter > now);
  const named = new Map<unknown, readonly VerificationKey[]>();
  const unnamed = new Map<string, VerificationKey[]>();
  for (const { verification } of keys) {
    const { kid, algorithm } = verification;
    if (kid === null) unnamed.set(algorithm, [...(unnamed.get(algorithm) ?? []), verification]);
    else if (named.has(kid)) throw new TypeError(`JwtExtendedModule option "keys" has two keys with the kid "${kid}".`);
    else named.set(kid, Object.freeze([verification]));
  }
  return Object.freeze({
    keys,
    signing: keys.find(({ signing }) => signing !== null)?.signing ?? null,
    named,
    unnamed,
    algorithms: new Set<string>(keys.map(({ verification }) => verification.algorithm)),
    nextExpiry: Math.min(...keys.map(({ verification: { notAfter } }) => notAfter ?? Infinity)),
  });
}
