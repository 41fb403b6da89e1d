import type { RingKey } from './ring-key.js';
import { ownKey, type VerificationKey } from './verification-key.js';

/** The keys after a rotation: the new keys first. The previous signing key verifies until `notAfter` (a NumericDate). */
export function rotated(keys: readonly RingKey[], added: readonly RingKey[], notAfter: number | null): RingKey[] {
  const signing = keys.find((key) => key.signing !== null)?.verification.key;
  const others = keys.filter(({ verification }) => !added.some((key) => isPromotion(verification, key.verification)));
  return [...added, ...others.map((key) => (signing?.equals(key.verification.key) ? retired(key, notAfter) : key))];
}

/** The new keys. An unchanged key keeps its object, so that cached tokens of the key stay valid. */
export function carriedOver(keys: readonly RingKey[], replacements: readonly RingKey[]): RingKey[] {
  return replacements.map((key) => {
    const known = keys.find(({ verification }) => isSame(verification, key.verification));
    return known === undefined ? key : Object.freeze({ ...key, verification: known.verification });
  });
}

/** The earlier end counts, so that a key that was to expire does not live longer because it signed again. */
function retired({ verification }: RingKey, notAfter: number | null): RingKey {
  const { algorithm, key, kid } = verification;
  const ends = [verification.notAfter, notAfter].filter((end) => end !== null);
  const end = ends.length === 0 ? null : Math.min(...ends);
  return Object.freeze({ verification: ownKey(algorithm, key, { kid, notAfter: end }), signing: null });
}

/** Whether a new key is a known key under the same name, which was published before it signs. */
function isPromotion(known: VerificationKey, added: VerificationKey): boolean {
  return known.kid === added.kid && known.algorithm === added.algorithm && known.key.equals(added.key);
}

function isSame(one: VerificationKey, other: VerificationKey): boolean {
  return isPromotion(one, other) && one.notAfter === other.notAfter;
}
