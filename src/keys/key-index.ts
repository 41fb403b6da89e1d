import type { RingKey } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';

/** The application's own keys in the order of a look-up, so that a request only reads from maps. */
export interface KeyIndex {
  readonly keys: readonly RingKey[];
  readonly signing: SigningKey | null;
  /** By `kid`: a list with one key. */
  readonly named: ReadonlyMap<unknown, readonly VerificationKey[]>;
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
  return Object.freeze({
    keys,
    signing: keys.find(({ signing }) => signing !== null)?.signing ?? null,
    named,
    unnamed,
    algorithms: new Set<string>(keys.map(({ verification }) => verification.algorithm)),
    nextExpiry: Math.min(...keys.map(({ verification: { notAfter } }) => notAfter ?? Infinity)),
  });
}
