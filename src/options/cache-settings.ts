import type { OptionReader } from './option-reader.js';
import type { CacheSettings } from './settings.js';

const MAX_TOKENS = 20_000;
const MAX_BYTES = 16 * 2 ** 20;

/** How many verified tokens are remembered; `null`: none. */
export function resolveCache(options: OptionReader): CacheSettings | null {
  if (options.raw('cache') === false) return null;
  const section = options.section('cache', ['maxTokens', 'maxBytes']);
  return Object.freeze({
    maxTokens: section.integer('maxTokens', MAX_TOKENS, 1),
    maxBytes: section.integer('maxBytes', MAX_BYTES, 1),
  });
}
