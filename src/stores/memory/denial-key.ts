import { hash } from 'node:crypto';

/** How many 32-bit words a key has. */
export const KEY_WORDS = 4;

/** The key of a denied `jti` in the table: its quick hash, then 96 bits of the SHA-256 of subject and `jti`. */
export type DenialKey = ArrayLike<number>;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * 32 bits that say where in the table a `jti` belongs (FNV-1a, then the last steps of MurmurHash3). Most look-ups need no
 * more, as most tokens are not denied. For a UUID it takes 0.05 µs, SHA-256 takes 0.4 µs.
 */
export function quickHash(jti: string): number {
  let bits = FNV_OFFSET;
  for (let index = 0; index < jti.length; index++) bits = Math.imul(bits ^ jti.charCodeAt(index), FNV_PRIME);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The key of a subject's `jti`. Its SHA-256 part keeps the ids of different subjects apart. */
export function denialKey(subject: string, jti: string, quick = quickHash(jti)): DenialKey {
  // As one call with a binary string it takes 0.4 µs, with a Buffer 0.8 µs.
  const digest = hash('sha256', `${subject.length}:${subject}${jti}`, 'binary');
  return [quick, wordAt(digest, 0), wordAt(digest, 4), wordAt(digest, 8)];
}

function wordAt(bytes: string, at: number): number {
  return (
    (bytes.charCodeAt(at) << 24) |
    (bytes.charCodeAt(at + 1) << 16) |
    (bytes.charCodeAt(at + 2) << 8) |
    bytes.charCodeAt(at + 3)
  );
}
