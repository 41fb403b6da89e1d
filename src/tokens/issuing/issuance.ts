import { randomUUID } from 'node:crypto';
import type { Settings } from '../../options/settings.js';
import { derivedUuid } from '../../stores/session-id.js';

/** The claims that are unique to one token: `jti`, its times, `csrf` and `sid`. */
export interface Issuance {
  readonly id: string;
  /** NumericDate. */
  readonly issuedAt: number;
  /** NumericDate. `null` if the token never expires. */
  readonly expiresAt: number | null;
  /** The double submit value. `null` without CSRF protection. */
  readonly csrf: string | null;
  /** The id of its session. `null` without a session. */
  readonly sid: string | null;
}

/** The content of a token, as far as it concerns the issuance. */
interface WithLifetime {
  /** Whole seconds. `null` if the token never expires. */
  readonly lifetime: number | null;
}

/** Creates the issuance of a token that is signed now. */
export function newIssuance({ lifetime }: WithLifetime, settings: Settings, sid: string | null = null): Issuance {
  const issuedAt = Math.floor(Date.now() / 1000);
  return {
    id: randomUUID(),
    issuedAt,
    expiresAt: lifetime === null ? null : issuedAt + lifetime,
    csrf: settings.csrf === null ? null : randomUUID(),
    sid,
  };
}

/** The issuance of the access token. It is derived from the refresh token, so that a repeated refresh returns the same token. */
export function accessIssuanceOf(refresh: Issuance, { lifetime }: WithLifetime): Issuance {
  const ends = [lifetime === null ? null : refresh.issuedAt + lifetime, refresh.expiresAt].filter(
    (end) => end !== null,
  );
  return {
    id: derivedUuid(refresh.id, 'access-id'),
    issuedAt: refresh.issuedAt,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    csrf: refresh.csrf === null ? null : derivedUuid(refresh.csrf, 'access-csrf'),
    sid: refresh.sid,
  };
}
