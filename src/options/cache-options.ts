import type { ReadersOf, ValuesOf } from './option-section.js';
import { count, orFalse, sectionOf } from './readers.js';

/** Limits of the cache of verified tokens. */
export interface CacheOptions {
  /**
   * The largest number of tokens.
   * @default 20000
   */
  maxTokens?: number | undefined;
  /**
   * The largest memory of the cache, in bytes: enough for about 11,000 usual tokens.
   * @default 16777216
   */
  maxBytes?: number | undefined;
}

const CACHE = { maxTokens: count(20_000), maxBytes: count(16 * 2 ** 20) } satisfies ReadersOf<CacheOptions>;

/** @internal The settled option `cache`. */
export type CacheSettings = ValuesOf<typeof CACHE>;

/** @internal `null`: no cache. */
export const cache = orFalse(sectionOf(CACHE));
