import type { Settings } from '../../options/settings.js';
import { adoptedSessionId, subjectHash, subjectOfSession } from '../../stores/session-id.js';
import type { LookUpQuery } from '../../stores/revocation-store.js';
import { ownValue, type JwtPayload } from '../../types/claims.js';
import { isForeign } from './foreign-tokens.js';

/** Under what a store knows a token: what it is asked about it. */
export interface StoreKeys extends LookUpQuery {
  /** It is a refresh token made elsewhere, and the session is the one that adopting it opens. */
  readonly adopts: boolean;
}

/** Reads a verified token's place; a `sid` that has not our form, or is of a token of others, is none of ours. */
export function storeKeysOf(payload: JwtPayload, settings: Settings): StoreKeys {
  const subject = subjectHash(ownValue(payload, settings.identityClaim));
  const claimed = isForeign(payload) ? undefined : ownValue(payload, settings.sessionClaim);
  const sid = subjectOfSession(claimed) === null ? null : (claimed as string);
  const jti = typeof payload.jti === 'string' ? payload.jti : null;
  const adopts = sid === null && jti !== null && isAdoptable(payload, settings);
  return { subject, sid: adopts ? adoptedSessionId(subject, jti) : sid, jti, adopts };
}

function isAdoptable(payload: JwtPayload, { rotation }: Settings): boolean {
  return rotation.adopt && payload.type === 'refresh' && !isForeign(payload);
}
