import type { SignedToken } from '../verified-token.js';

// The memory of V8 on 64 bits, in bytes: the header of an object, a member or element, the header of a string.
const OBJECT = 24;
const MEMBER = 8;
const TEXT = 24;

/** The object of the token, its field for the header, and its entries in a Map and in a list. */
const AROUND = 160;

/** The store keys of a cached token: their object, and the hash of the subject. */
const PLACE = 110;

/** The approximate memory of a cached token, in bytes. Tokens share their headers, so the header does not count. */
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

/** V8 stores a string with one byte per character if all characters are Latin-1. */
function hasOnlyLatin1(text: string): boolean {
  return /^[\0-\u00ff]*$/.test(text);
}
