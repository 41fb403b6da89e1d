import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

// A real application stores the digests of its keys, not the keys.
const known = digest(process.env.API_KEY ?? 'key-of-the-example');

/** Compares digests in constant time, so that the time of an answer does not help to guess a key. */
export function isApiKey(key: unknown): boolean {
  return typeof key === 'string' && timingSafeEqual(digest(key), known);
}
