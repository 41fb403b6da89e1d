import { hash } from 'node:crypto';
import type { LookUpQuery } from '../revocation-store.js';

/** How many words of 32 bits a hashed id has. */
export const HASH_WORDS = 4;

/** 128 bits of a SHA-256, as words, possibly behind others. */
export type IdHash = ArrayLike<number>;

// One array for all: an id is hashed with each request, and nothing here waits.
const words = new Int32Array(HASH_WORDS);

/** Hashes an id of a subject; ids of different subjects never meet. Valid until the next id is hashed. */
export function hashId(subject: string, id: string): IdHash {
  const digest = hash('sha256', `${subject.length}:${subject}${id}`, 'binary');
  for (let word = 0; word < HASH_WORDS; word++) {
    const at = word * 4;
    words[word] =
      (digest.charCodeAt(at) << 24) |
      (digest.charCodeAt(at + 1) << 16) |
      (digest.charCodeAt(at + 2) << 8) |
      digest.charCodeAt(at + 3);
  }
  return words;
}

/** Hashes a question once for all times it is asked: its subject, and behind that its id where it has one. */
export function hashQuery({ subject, jti }: LookUpQuery): IdHash {
  // A list of small integers takes less than half of what two typed arrays do, and one of given length no more than it needs.
  const hashes = new Array<number>(jti === null ? HASH_WORDS : 2 * HASH_WORDS);
  write(hashId(subject, ''), hashes, 0);
  if (jti !== null) write(hashId(subject, jti), hashes, HASH_WORDS);
  return hashes;
}

function write(id: IdHash, hashes: number[], at: number): void {
  for (let word = 0; word < HASH_WORDS; word++) hashes[at + word] = id[word] as number;
}
