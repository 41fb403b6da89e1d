import { performance } from 'node:perf_hooks';
import { InvalidTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import type { TokenRevokedEvent } from '../events/jwt-event.js';
import type { JwtEvents } from '../events/jwt-events.js';
import type { RevocationEvents } from './revocation-events.js';
import type {
  EndSessions,
  LookUp,
  NotedRevocation,
  SessionPage,
  SessionPageQuery,
  SessionRecord,
} from '../stores/revocation-store.js';
import { isCutOff } from '../stores/session-decisions.js';
import { subjectOfSession } from '../stores/session-id.js';
import { clockSkewOf, earliestIssue } from './clock-skew.js';
import { NotedList } from './noted-list.js';
import { checkedNote } from './revocation-note.js';
import { SessionList } from './session-list.js';
import { APPLIED } from './store-answers.js';
import type { StoreClient } from './store-client.js';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import { CachedToken } from '../tokens/cache/cached-token.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import type { HttpRequest } from '../types/http.js';
import { storeKeysOf, type StoreKeys } from '../tokens/verifying/store-keys.js';
import type { TokenOwner } from './token-owner.js';
import type { Sessions } from './sessions.js';
import type { VerifiedToken } from '../tokens/verified-token.js';

/** The store's answer about what a token has opened. */
export interface Standing {
  readonly isRevoked: boolean;
  /** The end of the session, in milliseconds of the store's clock. `null`: none, or unknown. A refresh can move it. */
  readonly endsAt: number | null;
}

/** Looks tokens up in the store, and revokes them there. */
export class TokenRevocation {
  private readonly sessionList: SessionList;
  private readonly notedList: NotedList;

  constructor(
    private readonly settings: Settings,
    private readonly store: StoreClient,
    private readonly sessions: Sessions,
    private readonly events: RevocationEvents,
    private readonly jwtEvents: JwtEvents,
  ) {
    this.sessionList = new SessionList(store);
    this.notedList = new NotedList(store);
  }

  /**
   * Whether a verified token is revoked. The check of a replaced refresh token can end its session (a reuse).
   *
   * @throws InvalidTokenException if the token is our own and has neither a session nor a `jti`: nothing could revoke it.
   */
  isRevoked(token: VerifiedToken, request?: HttpRequest): Awaitable<boolean> {
    const { payload, header } = token;
    const keys = this.storeKeysOf(token);
    if (keys.jti === null && keys.sid === null && !isForeign(payload)) {
      throw new InvalidTokenException('Missing claim: jti', { payload, header });
    }
    const found = this.store.lookUp(keys, payload.type !== 'refresh');
    if (isPromise(found)) return found.then((late) => this.isRevokedBy(payload, keys, late, request));
    return this.isRevokedBy(payload, keys, found, request);
  }

  /**
   * Whether the session of a token has ended, or the token is revoked. It asks the store and not the cache. A refresh token that
   * was replaced counts as valid while its session lives: the connection that it opened belongs to the session.
   */
  standingOf(payload: JwtPayload, keys: StoreKeys): Awaitable<Standing> {
    return after(this.store.lookUp(keys, false), (found) => ({
      isRevoked: this.hasEnded(payload, keys, found),
      endsAt: found.session?.expiresAt ?? null,
    }));
  }

  /** A cached token stores its keys, because computing them takes two hashes. */
  private storeKeysOf(token: VerifiedToken): StoreKeys {
    if (!(token instanceof CachedToken)) return storeKeysOf(token.payload, this.settings);
    return (token.storeKeys ??= storeKeysOf(token.payload, this.settings));
  }

  /** Ends the session of a refresh token, or denies the `jti` of another token (RFC 7009 s.2.1). Ignores expired tokens. */
  async revoke(payload: JwtPayload, note?: string): Promise<void> {
    const { subject, sid, jti, adopts } = storeKeysOf(payload, this.settings);
    const lifetime = this.sessions.remaining(payload);
    if (lifetime === 0) return;
    const identity = ownValue(payload, this.settings.identityClaim);
    if (payload.type === 'refresh' && sid !== null && !adopts) return this.endSession(subject, sid, note, identity);
    if (jti === null) throw new InvalidTokenException('Missing claim: jti', { payload });
    await this.store.write(subject, (store, deadline) => store.deny(subject, jti, lifetime, deadline, note), APPLIED);
    this.events.own.emit({ type: 'token', subject, jti });
    this.reportRevoked('token', identity, adopts ? null : sid);
    if (adopts && sid !== null) await this.endSession(subject, sid, note, identity);
  }

  /** Ends a session. Ignores a string that is not the id of a session. */
  async revokeSession(sid: string, note?: string): Promise<void> {
    const subject = subjectOfSession(sid);
    if (subject !== null) await this.endSession(subject, sid, note);
  }

  /** Ends the sessions of a subject, and sets the cut-off for its tokens without a session. */
  async revokeAllFor(owner: TokenOwner, end: Omit<EndSessions, 'subject'>): Promise<void> {
    const { before, except } = end;
    const { subject, ...user } = owner;
    const startedAt = performance.now();
    await this.store.write(subject, (store, deadline) => store.endSessions({ subject, ...end }, deadline), APPLIED);
    this.events.own.emit(before === null ? { type: 'subject', subject, except, startedAt } : { type: 'part', subject });
    this.events.emit({ type: 'all-revoked', ...user });
    this.reportRevoked('all', user.identity, null);
  }

  /** Lists the sessions of a subject. */
  list({ subject }: TokenOwner): Promise<SessionRecord[]> {
    return this.sessionList.all(subject);
  }

  /** Lists some of them. */
  listPage({ subject }: TokenOwner, query: SessionPageQuery): Promise<SessionPage> {
    return this.sessionList.page(subject, query);
  }

  /** Lists what was revoked of a subject with a note. */
  listNoted({ subject }: TokenOwner): Promise<readonly NotedRevocation[]> {
    return this.notedList.all(subject);
  }

  /** The checked note of a call. @throws TypeError if it is wrong, or if the store keeps none. */
  noteOf(note: unknown): string | undefined {
    return checkedNote(note, (this.settings.revocation as NonNullable<Settings['revocation']>).store);
  }

  private isRevokedBy(
    payload: JwtPayload,
    keys: StoreKeys,
    found: LookUp,
    request: HttpRequest | undefined,
  ): Awaitable<boolean> {
    const { session } = found;
    if (this.hasEnded(payload, keys, found)) return true;
    if (session === null || payload.type !== 'refresh' || session.currentId === keys.jti) return false;
    return this.sessions.isReused(payload, keys, request);
  }

  private hasEnded(payload: JwtPayload, { sid, adopts }: StoreKeys, { session, denied, cutOff }: LookUp): boolean {
    const hasOwnSession = sid !== null && !adopts;
    if (session === null) return hasOwnSession || denied || this.isCutOff(payload, cutOff);
    return hasOwnSession && denied;
  }

  /** Whether a token without a session can have been issued before the cut-off. */
  private isCutOff(payload: JwtPayload, cutOff: number | null): boolean {
    return cutOff !== null && isCutOff(earliestIssue(payload, clockSkewOf(this.settings)), cutOff);
  }

  private async endSession(subject: string, sid: string, note?: string, identity?: unknown): Promise<void> {
    await this.store.write(subject, (store, deadline) => store.endSession(subject, sid, deadline, note), APPLIED);
    this.events.own.emit({ type: 'session', subject, sid });
    this.events.emit({ type: 'session-ended', sid });
    this.reportRevoked('session', identity, sid);
  }

  private reportRevoked(what: TokenRevokedEvent['what'], identity: unknown, sid: string | null): void {
    if (this.jwtEvents.isObserved) this.jwtEvents.emit({ type: 'revoked', what, identity, sid });
  }
}
