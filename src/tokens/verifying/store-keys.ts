import type { Settings } from '../../options/settings.js';
import { adoptedSessionId, subjectHash, subjectOfSession } from '../../stores/session-id.js';
import type { LookUpQuery } from '../../stores/revocation-store.js';
import { ownValue, type JwtPayload } from '../../types/claims.js';
import { isForeign } from './foreign-tokens.js';

/** The keys of a token in a store. */
export interface StoreKeys extends LookUpQuery {
  /** The token is a refresh token without a session. `sid` is the session that its first rotation opens. */
  readonly adopts: boolean;
}

/** The keys of a verified token. A `sid` counts only in a token that we signed, and only in our own format. */
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
