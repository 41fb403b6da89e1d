import type { RingKey } from './ring-key.js';
import { ownKey, type VerificationKey } from './verification-key.js';

/** The keys after a rotation. The new keys come first. The previous signing key verifies until `notAfter` (a NumericDate). */
export function rotated(keys: readonly RingKey[], added: readonly RingKey[], notAfter: number | null): RingKey[] {
  const signing = keys.find((key) => key.signing !== null)?.verification.key;
  const others = keys.filter(({ verification }) => !added.some((key) => isPromotion(verification, key.verification)));
  return [...added, ...others.map((key) => (signing?.equals(key.verification.key) ? retired(key, notAfter) : key))];
}

/** The new keys. Reuses the object of a key whose use alone changed, because the cache compares key objects. */
export function carriedOver(keys: readonly RingKey[], replacements: readonly RingKey[]): RingKey[] {
  return replacements.map((key) => {
    const known = keys.find(({ verification }) => isSame(verification, key.verification));
    return known === undefined ? key : Object.freeze({ ...key, verification: known.verification });
  });
}

/** Sets the earlier of the two ends, so that another rotation does not prolong a retired key. */
function retired({ verification }: RingKey, notAfter: number | null): RingKey {
  const { algorithm, key, kid } = verification;
  const ends = [verification.notAfter, notAfter].filter((end) => end !== null);
  const end = ends.length === 0 ? null : Math.min(...ends);
  return Object.freeze({ verification: ownKey(algorithm, key, { kid, notAfter: end }), signing: null });
}

/** Whether the new signing key is a key that already verifies, with the same name. It was published before it signs. */
function isPromotion(known: VerificationKey, added: VerificationKey): boolean {
  return known.kid === added.kid && known.algorithm === added.algorithm && known.key.equals(added.key);
}

function isSame(one: VerificationKey, other: VerificationKey): boolean {
  return isPromotion(one, other) && one.notAfter === other.notAfter;
}
