import type { CurrentRefreshToken, SessionRecord } from './revocation-store.js';

/** What a session is when it gets a refresh token. */
interface Renewal {
  readonly sid: string;
  readonly token: CurrentRefreshToken;
  /** The token that it replaces by rotation; `null`: it was not rotated. */
  readonly parentId: string | null;
  readonly openedAt: number;
  readonly device: string | null;
  readonly maxAge: number | null;
}

/** The record of a session whose refresh token is another one from now on. */
export function nextRecord({ sid, token, parentId, openedAt, device, maxAge }: Renewal, now: number): SessionRecord {
  const end = Math.min(
    token.lifetime === null ? Infinity : now + token.lifetime * 1000,
    maxAge === null ? Infinity : openedAt + maxAge,
  );
  const ends = end < Infinity;
  return Object.freeze({
    sid: compact(sid),
    currentId: compact(token.id),
    parentId: compact(parentId),
    rotatedAt: parentId === null ? null : now,
    issuedAt: token.issuedAt,
    refreshExpires: ends ? token.issuedAt + Math.floor((end - now) / 1000) : null,
    csrf: compact(token.csrf),
    openedAt,
    lastUsedAt: now,
    expiresAt: ends ? end : null,
    device: compact(device),
  });
}

/**
 * A text that holds nothing but itself: one that was cut from another keeps all of that in memory, and one that was put
 * together, as a UUID is, every piece.
 */
function compact<T extends string | null>(text: T): T {
  return JSON.parse(JSON.stringify(text)) as T;
}
