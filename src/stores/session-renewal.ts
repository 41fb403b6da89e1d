import type { CurrentRefreshToken, SessionLimits, SessionRecord } from './revocation-store.js';

/** A session that gets a refresh token. Times are milliseconds of the store's clock. */
export interface SessionRenewal extends SessionLimits {
  readonly sid: string;
  readonly token: CurrentRefreshToken;
  /** The `jti` of the token that was rotated; `null` if the token is the first one, or replaces another without rotation. */
  readonly parentId: string | null;
  readonly openedAt: number;
  readonly device: string | null;
}

/** The record of a session, and until when a store has to hold it. */
export interface StoredSession {
  readonly record: SessionRecord;
  /** The end of the session plus the leeway, in milliseconds; `null`: for ever. */
  readonly keepUntil: number | null;
}

/** The session with its new refresh token; `null` if it has no time left. */
export function renewSession(renewal: SessionRenewal, now: number): StoredSession | null {
  const { token, parentId, leeway } = renewal;
  const expiresAt = endOf(renewal, now);
  if (expiresAt !== null && expiresAt <= now) return null;
  const record = {
    sid: renewal.sid,
    currentId: token.id,
    parentId,
    rotatedAt: parentId === null ? null : now,
    issuedAt: token.issuedAt,
    refreshExpires: expiresAt === null ? null : token.issuedAt + Math.floor((expiresAt - now) / 1000),
    csrf: token.csrf,
    openedAt: renewal.openedAt,
    lastUsedAt: now,
    expiresAt,
    device: renewal.device,
  };
  return { record, keepUntil: expiresAt === null ? null : expiresAt + leeway };
}

/** The end of the refresh token or of the session, whichever is earlier; `null`: never. */
function endOf({ token, openedAt, maxAge }: SessionRenewal, now: number): number | null {
  const ends = [
    ...(token.lifetime === null ? [] : [now + token.lifetime * 1000]),
    ...(maxAge === null ? [] : [openedAt + maxAge]),
  ];
  return ends.length === 0 ? null : Math.min(...ends);
}
