import type { SignedToken } from '../verified-token.js';

// What V8 takes on 64 bits: an object's head, a member or element, a text's head.
const OBJECT = 24;
const MEMBER = 8;
const TEXT = 24;

/** The token's own object, its header's place with the payload, and its own in a Map and in a list. */
const AROUND = 160;

/** The question to a store that a cached token has: its object, and the hash of the subject. */
const PLACE = 110;

/** About how many bytes of memory a remembered token takes, as it will be asked for; its header is shared with others. */
export function bytesOf({ rawToken, claims, payload }: SignedToken, isLookedUp: boolean): number {
  const defaults = payload === claims ? 0 : OBJECT + MEMBER * Object.keys(payload).length;
  return AROUND + (isLookedUp ? PLACE : 0) + bytesOfValue(rawToken) + bytesOfValue(claims) + defaults;
}

function bytesOfValue(value: unknown): number {
  if (typeof value === 'string') return TEXT + value.length * (hasOnlyLatin1(value) ? 1 : 2);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : 2 * MEMBER;
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.values(value) as unknown[];
  return members.reduce<number>((sum, member) => sum + bytesOfValue(member), OBJECT + MEMBER * members.length);
}

/** V8 keeps a text in one byte per letter where all of them have one. */
function hasOnlyLatin1(text: string): boolean {
  return /^[\0-\u00ff]*$/.test(text);
}
