import type { RingKey } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';

/** The keys of a ring as requests look for them: every answer is made beforehand. */
export interface KeyIndex {
  readonly keys: readonly RingKey[];
  readonly signing: SigningKey | null;
  /** By `kid`; a list of one. */
  readonly named: ReadonlyMap<unknown, readonly VerificationKey[]>;
  /** The keys without a name, by algorithm. */
  readonly unnamed: ReadonlyMap<string, readonly VerificationKey[]>;
  readonly algorithms: ReadonlySet<string>;
  /** NumericDate at which the first of the keys has to go. */
  readonly nextExpiry: number;
}

/** Sorts the keys that still hold at `now` (a NumericDate); two keys of one name are a `TypeError`. */
export function indexKeys(given: readonly RingKey[], now: number): KeyIndex {
  const keys = given.filter(({ verification: { notAfter } }) => notAfter === null || notAfter > now);
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
