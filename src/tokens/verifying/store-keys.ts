import type { Settings } from '../../options/settings.js';
import { adoptedSessionId, foreignSubjectHash, subjectHash, subjectOfSession } from '../../stores/session-id.js';
import type { LookUpQuery } from '../../stores/revocation-store.js';
import { ownValue, type JwtPayload } from '../../types/claims.js';
import { isForeign, issuerOf } from './foreign-tokens.js';

/** The keys of a token in a store. */
export interface StoreKeys extends LookUpQuery {
  /** The token is a refresh token without a session. `sid` is the session that its first rotation opens. */
  readonly adopts: boolean;
}

/** The keys of a verified token. A `sid` counts only in a token that we signed, and only in our own format. */
export function storeKeysOf(payload: JwtPayload, settings: Settings): StoreKeys {
  const subject = subjectOfToken(payload, settings);
  const claimed = isForeign(payload) ? undefined : ownValue(payload, settings.sessionClaim);
  const sid = subjectOfSession(claimed) === null ? null : (claimed as string);
  const jti = typeof payload.jti === 'string' ? payload.jti : null;
  const adopts = sid === null && jti !== null && isAdoptable(payload, settings);
  return { subject, sid: adopts ? adoptedSessionId(subject, jti) : sid, jti, adopts };
}

/** A user of an identity provider is another one than our user of the same name. */
function subjectOfToken(payload: JwtPayload, settings: Settings): string {
  const issuer = providerOf(payload, settings);
  const identity = ownValue(payload, settings.identityClaim);
  return issuer === undefined ? subjectHash(identity) : foreignSubjectHash(issuer, identity);
}

/**
 * The issuer of a token of an identity provider, `null` without `iss`; `undefined`: the token is ours. With our own issuer, a
 * provider's key set names the same users as our keys.
 */
export function providerOf(payload: JwtPayload, settings: Settings): string | null | undefined {
  if (!isForeign(payload)) return undefined;
  const issuer = issuerOf(payload);
  return isOurIssuer(issuer, settings) ? undefined : issuer;
}

/** Whether our own tokens have this issuer. */
export function isOurIssuer(name: string | null, { issuer }: Settings): boolean {
  return name !== null && (issuer.encode === name || issuer.decode?.includes(name) === true);
}

function isAdoptable(payload: JwtPayload, { rotation }: Settings): boolean {
  return rotation.adopt && payload.type === 'refresh' && !isForeign(payload);
}
