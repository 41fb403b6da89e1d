import type { Settings } from '../options/settings.js';
import { adoptedSessionId, subjectHash, subjectOfSession } from '../revocation/session-id.js';
import type { LookUpQuery } from '../revocation/revocation-store.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import { isForeign } from './foreign-tokens.js';

/** Under what a store knows a token: its subject, its session and its own id. */
export interface TokenPlace {
  readonly subject: string;
  /** `null` for a token without session. */
  readonly sid: string | null;
  readonly jti: string | null;
  /** Where it is a refresh token made elsewhere that may be adopted: the session that opens. */
  readonly adoptedSid: string | null;
  /** What a store is asked about it. */
  readonly query: LookUpQuery;
}

/** Reads a verified token's place; a `sid` that has not our form, or is of a token of others, is none of ours. */
export function placeOf(payload: JwtPayload, settings: Settings): TokenPlace {
  const subject = subjectHash(ownValue(payload, settings.identityClaim));
  const claimed = isForeign(payload) ? undefined : ownValue(payload, settings.sessionClaim);
  const sid = subjectOfSession(claimed) === null ? null : (claimed as string);
  const jti = typeof payload.jti === 'string' ? payload.jti : null;
  const adoptable = isAdoptable(payload, settings) && sid === null && jti !== null;
  const adoptedSid = adoptable ? adoptedSessionId(subject, jti) : null;
  return { subject, sid, jti, adoptedSid, query: { subject, sid: sid ?? adoptedSid, jti } };
}

function isAdoptable(payload: JwtPayload, { rotation }: Settings): boolean {
  return rotation.adopt && payload.type === 'refresh' && !isForeign(payload);
}
