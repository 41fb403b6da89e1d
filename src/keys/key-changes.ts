import type { RingKey } from './ring-key.js';
import { ownKey, type VerificationKey } from './verification-key.js';

/** The keys after a rotation: the new ones first, those of the key that signed so far until `notAfter` (a NumericDate). */
export function rotated(keys: readonly RingKey[], added: readonly RingKey[], notAfter: number | null): RingKey[] {
  const signing = keys.find((key) => key.signing !== null)?.verification.key;
  const others = keys.filter(({ verification }) => !added.some((key) => isPromotion(verification, key.verification)));
  return [...added, ...others.map((key) => (signing?.equals(key.verification.key) ? retired(key, notAfter) : key))];
}

/** The new keys, but with the old objects where nothing but the use changed: what is known of their tokens still holds. */
export function carriedOver(keys: readonly RingKey[], given: readonly RingKey[]): RingKey[] {
  return given.map((key) => {
    const known = keys.find(({ verification }) => isSame(verification, key.verification));
    return known === undefined ? key : Object.freeze({ ...key, verification: known.verification });
  });
}

/** The earlier end counts: a key that was to go does not come back by signing once more. */
function retired({ verification }: RingKey, notAfter: number | null): RingKey {
  const { algorithm, key, kid } = verification;
  const ends = [verification.notAfter, notAfter].filter((end) => end !== null);
  const end = ends.length === 0 ? null : Math.min(...ends);
  return Object.freeze({ verification: ownKey(algorithm, key, { kid, notAfter: end }), signing: null });
}

/** A key that was known before it signs (published, and picked up by others) is the same key under the same name. */
function isPromotion(known: VerificationKey, added: VerificationKey): boolean {
  return known.kid === added.kid && known.algorithm === added.algorithm && known.key.equals(added.key);
}

function isSame(one: VerificationKey, other: VerificationKey): boolean {
  return isPromotion(one, other) && one.notAfter === other.notAfter;
}
