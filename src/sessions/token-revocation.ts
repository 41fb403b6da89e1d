import { InvalidTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import type { RevocationEvents } from './revocation-events.js';
import type { LookUp, SessionRecord } from '../stores/revocation-store.js';
import { subjectHash, subjectOfSession } from '../stores/session-id.js';
import { APPLIED, isList } from './store-answers.js';
import type { StoreClient } from './store-client.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import { CachedToken } from '../tokens/cache/cached-token.js';
import { storeKeysOf, type StoreKeys } from '../tokens/verifying/store-keys.js';
import type { Sessions } from './sessions.js';
import type { VerifiedToken } from '../tokens/verified-token.js';

/** Asks a store whether tokens were revoked, and revokes them there. */
export class TokenRevocation {
  constructor(
    private readonly settings: Settings,
    private readonly store: StoreClient,
    private readonly sessions: Sessions,
    private readonly events: RevocationEvents,
  ) {}

  /** Whether a verified token was revoked; of a refresh token that was replaced the session is ended on the way. */
  isRevoked(token: VerifiedToken): Awaitable<boolean> {
    const { payload } = token;
    const keys = this.storeKeysOf(token);
    const found = this.store.lookUp(keys, payload.type !== 'refresh');
    if (isPromise(found)) return found.then((late) => this.isRevokedBy(payload, keys, late));
    return this.isRevokedBy(payload, keys, found);
  }

  /** Found out once for a token that is remembered: two hashes are part of it. */
  private storeKeysOf(token: VerifiedToken): StoreKeys {
    if (!(token instanceof CachedToken)) return storeKeysOf(token.payload, this.settings);
    return (token.storeKeys ??= storeKeysOf(token.payload, this.settings));
  }

  /** Ends a refresh token's session, or denies a token's id (RFC 7009 s.2.1); there is nothing to do once it expired. */
  async revoke(payload: JwtPayload): Promise<void> {
    const { subject, sid, jti, adopts } = storeKeysOf(payload, this.settings);
    const lifetime = this.sessions.remaining(payload);
    if (lifetime === 0) return;
    if (payload.type === 'refresh' && sid !== null && !adopts) return this.endSession(subject, sid);
    if (jti === null) throw new InvalidTokenException('Missing claim: jti', { payload });
    await this.store.write(subject, (store, deadline) => store.deny(subject, jti, lifetime, deadline), APPLIED);
    if (adopts && sid !== null) await this.endSession(subject, sid);
  }

  /** Ends a session; a text that is no session's id ends nothing. */
  async revokeSession(sid: string): Promise<void> {
    const subject = subjectOfSession(sid);
    if (subject !== null) await this.endSession(subject, sid);
  }

  /** Ends a subject's sessions, and cuts its tokens without session off. */
  async revokeAllFor(identity: unknown, before: number | null, except: string | null): Promise<void> {
    const subject = subjectHash(identity);
    await this.store.write(
      subject,
      (store, deadline) => store.endSessions({ subject, before, except }, deadline),
      APPLIED,
    );
    this.events.emit({ type: 'all-revoked', identity });
  }

  /** A subject's sessions. */
  async list(identity: unknown): Promise<SessionRecord[]> {
    return this.store.read((store) => store.listSessions(subjectHash(identity)), isList);
  }

  private isRevokedBy(payload: JwtPayload, keys: StoreKeys, { session, denied, cutOff }: LookUp): Awaitable<boolean> {
    const hasOwnSession = keys.sid !== null && !keys.adopts;
    if (session === null) return hasOwnSession || denied || isBefore(payload, cutOff);
    if (hasOwnSession && denied) return true;
    if (payload.type !== 'refresh' || session.currentId === keys.jti) return false;
    return this.sessions.isReused(payload, keys);
  }

  private async endSession(subject: string, sid: string): Promise<void> {
    await this.store.write(subject, (store, deadline) => store.endSession(subject, sid, deadline), APPLIED);
    this.events.emit({ type: 'session-ended', sid });
  }
}

/** Whether a token without session was issued up to the cut-off, in whole seconds; one that does not say was. */
function isBefore(payload: JwtPayload, cutOff: number | null): boolean {
  if (cutOff === null) return false;
  const issuedAt = ownValue(payload, 'iat');
  return typeof issuedAt !== 'number' || Math.trunc(issuedAt) <= Math.floor(cutOff / 1000);
}
