import { LIBRARY_CLAIMS } from '../../types/claims.js';
import type { SignedToken } from '../verified-token.js';

// In bytes: upper limits, which test/cost/cache-memory.spec.ts compares with the memory of the process. A usual token of 330
// characters takes about 1,000 bytes and counts as 1,380. A member of an object takes most if no other token has its name.
const PER_TOKEN = 384;
const PER_CHARACTER = 3;
const PER_MEMBER = 192;
const PER_ELEMENT = 64;

/** Names that V8 stores once for all tokens, together with the shape of their objects. */
const SHARED_NAMES: ReadonlySet<string> = new Set([...LIBRARY_CLAIMS, 'sub', 'alg', 'typ', 'kid']);

/** The memory that a cached token takes at most, in bytes. What a schema returns counts like the claims once more. */
export function sizeOf({ rawToken, header, claims }: SignedToken, hasSchema = false): number {
  const copies = hasSchema ? 2 : 1;
  return PER_TOKEN + structureOf(header) + copies * (PER_CHARACTER * rawToken.length + structureOf(claims));
}

/** The part of an object or a list that its characters do not account for, in bytes. */
function structureOf(container: object): number {
  const each = Array.isArray(container) ? PER_ELEMENT : PER_MEMBER;
  let bytes = 0;
  for (const [name, value] of Object.entries(container) as [string, unknown][]) {
    if (typeof value === 'object' && value !== null) bytes += each + structureOf(value);
    else if (!SHARED_NAMES.has(name)) bytes += each;
  }
  return bytes;
}
