import { hash } from 'node:crypto';
import type { LookUpQuery } from '../revocation-store.js';

/** How many words of 32 bits a hashed id has. */
export const HASH_WORDS = 4;

/** 128 bits of a SHA-256, as words; valid until the next id is hashed. */
export type IdHash = Uint32Array;

// One array for all: an id is hashed with each request, and nothing here waits.
const words: IdHash = new Uint32Array(HASH_WORDS);

/** The hashes of what is asked about one token: of its own id, where it has one, and of its subject. */
export interface QueryHashes {
  readonly id: IdHash | null;
  readonly subject: IdHash;
}

/** Hashes a question once for all times it is asked. */
export function hashQuery({ subject, jti }: LookUpQuery): QueryHashes {
  return { id: jti === null ? null : hashId(subject, jti).slice(), subject: hashId(subject, '').slice() };
}

/** Hashes an id of a subject; ids of different subjects never meet. */
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
