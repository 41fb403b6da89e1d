import type { SignedToken } from './verified-token.js';

// What V8 takes on 64 bits, rounded up: an object's head, a member or element, a text's head.
const OBJECT = 32;
const MEMBER = 8;
const TEXT = 24;

/** The token's own object and its entry, its place in a Map and in a list. */
const AROUND = 240;

/** About how many bytes of memory a remembered token takes; its header is shared with others. */
export function bytesOf({ rawToken, claims, payload }: SignedToken): number {
  const defaults = payload === claims ? 0 : OBJECT + MEMBER * Object.keys(payload).length;
  return AROUND + bytesOfValue(rawToken) + bytesOfValue(claims) + defaults;
}

function bytesOfValue(value: unknown): number {
  if (typeof value === 'string') return TEXT + value.length;
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.values(value) as unknown[];
  return members.reduce<number>((sum, member) => sum + bytesOfValue(member), OBJECT + MEMBER * members.length);
}
