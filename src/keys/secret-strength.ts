import type { KeyObject } from 'node:crypto';
import { ALGORITHMS, type JwtAlgorithm } from '../types/algorithms.js';
import { withoutQuotes } from './key-text.js';

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
  if (bytes.length >= least) return null;
  const needed = `${algorithm} needs at least ${least} (RFC 7518 s.3.2).`;
  return { text: `has ${bytes.length} bytes; ${needed}`, isAllowed: true };
}

/**
 * What is around a secret that came as a text; `null`: nothing. It is not removed, because another program that reads the same
 * variable may keep it, and its tokens would not verify.
 */
export function wrappingOf(material: unknown, key: KeyObject): string | null {
  if (typeof material !== 'string' || material.trim() === '' || isJwkText(material, key)) return null;
  if (material === withoutQuotes(material) && !/\\[rn]$/.test(material)) return null;
  return (
    'has blanks, a line break, a byte order mark or quotes at its ends. Remove them. If they belong to the secret, pass ' +
    'Buffer.from(secret).'
  );
}

/** The secret of a JWK has other bytes than the text. */
function isJwkText(material: string, key: KeyObject): boolean {
  return !key.export().equals(Buffer.from(material));
}
