import type { KeyObject } from 'node:crypto';
import { ALGORITHMS, type JwtAlgorithm } from '../types/algorithms.js';

/** What is wrong with a secret. */
export interface SecretWeakness {
  readonly text: string;
  /** Whether the option `allowWeakSecret` accepts the secret. */
  readonly isAllowed: boolean;
}

/** What is wrong with a secret for an algorithm; `null`: nothing. */
export function secretWeakness(key: KeyObject, algorithm: JwtAlgorithm): SecretWeakness | null {
  const bytes = key.export();
  const text = bytes.toString('utf8');
  // An environment variable that was set to blanks is as good as none.
  if (text.trim() === '') return { text: 'has only blanks: anyone could make such tokens.', isAllowed: false };
  const least = ALGORITHMS[algorithm].hashBytes;
  if (bytes.length < least) {
    const needed = `${algorithm} needs at least ${least} (RFC 7518 s.3.2).`;
    return { text: `has ${bytes.length} bytes; ${needed}`, isAllowed: true };
  }
  const isRepeated = new Set(text).size === 1 || new Set(bytes).size === 1;
  return isRepeated ? { text: 'repeats one character: anyone can guess it.', isAllowed: true } : null;
}
