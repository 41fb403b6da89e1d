import { performance } from 'node:perf_hooks';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ExpiredTokenException, RevokedTokenException } from '../errors/exceptions.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import { JwtEvents } from '../events/jwt-events.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import type { OwnRevocation } from '../sessions/own-revocations.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import { RevocationEvents } from '../sessions/revocation-events.js';
import { SessionManager } from '../sessions/session-manager.js';
import { subjectOfSession } from '../stores/session-id.js';
import { validTimeOf } from '../tokens/verifying/claims.js';
import { Concealed } from '../types/concealed.js';
import { ownValue } from '../types/claims.js';
import type { JwtContext } from '../types/jwt-context.js';
import { Alarm } from './alarm.js';
import { ConnectionIndex } from './connection-index.js';
import { DueHeap } from './due-heap.js';
import type { EndedTarget, LiveConnection } from './live-connection.js';
import { OpenConnection, type WatchedToken } from './open-connection.js';
import { RecentSubjects } from './recent-subjects.js';
import { Rechecks } from './rechecks.js';

export type { ConnectionKind, EndedTarget, LiveConnection } from './live-connection.js';

/** For how long after its opening a connection can be one of a log-in after a revocation elsewhere, in milliseconds. */
const DOUBTFUL_FOR = 10_000;

/** The live connections of this process that a token opened: sockets, GraphQL subscriptions and event streams. */
@Injectable()
@Concealed()
export class ConnectionRegistry implements OnApplicationShutdown {
  private readonly logger = new OwnLogger();
  private readonly index: ConnectionIndex;
  private readonly expiries = new DueHeap<OpenConnection>();
  private readonly rechecks: Rechecks;
  private readonly alarm = new Alarm(() => this.endDue());
  private readonly listeners = new Set<(target: EndedTarget) => void>();
  /** The subjects of revocations by this process. A connection that is being opened may have been checked before. */
  private readonly recent = new RecentSubjects();
  private readonly stopListening: () => void;
  private stopFeed: (() => void) | null = null;
  private isClosed = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(RevocationCheck) check: RevocationCheck,
    @Inject(RevocationEvents) events: RevocationEvents,
    @Inject(JwtEvents) private readonly jwtEvents: JwtEvents,
  ) {
    this.index = new ConnectionIndex(settings);
    const endToken = (token: WatchedToken, error: JwtExtendedException) => void this.endToken(token, () => error);
    this.rechecks = new Rechecks(settings, check, sessions.feed, endToken, () => this.arm());
    this.stopListening = events.own.listen((revocation) => this.apply(revocation));
  }

  /** How many connections are open. */
  get size(): number {
    return this.index.size;
  }

  /**
   * Registers what the token of a context opened. Returns a function that removes it; calling it twice does nothing. If the
   * token has ended meanwhile, `end` is called soon after.
   */
  add(context: JwtContext, connection: LiveConnection): () => void {
    if (this.isClosed) return () => undefined;
    const open = new OpenConnection(connection, this.index.tokenOf(context, this.isRevocable(connection)));
    this.index.add(open);
    this.begin(open);
    return () => void this.remove(open);
  }

  /** For transports that reach other processes: calls the listener when something here ends a session or a user. */
  onEnded(listener: (target: EndedTarget) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The connections of a client, such as the subscriptions of a socket. */
  ofClient(client: object): readonly OpenConnection[] {
    return this.index.ofClient(client);
  }

  /** The connections of a subject. */
  ofSubject(subject: string): readonly OpenConnection[] {
    return this.index.tokensOf(subject).flatMap(({ connections }) => connections);
  }

  /** Lets the connections of a client live with another token. */
  renew(client: object, context: JwtContext): void {
    for (const open of this.index.ofClient(client)) {
      const before = open.token;
      this.index.move(open, this.index.tokenOf(context, this.isRevocable(open.connection)));
      if (before.size === 0) this.rechecks.remove(before);
      this.expiries.remove(open);
      this.begin(open);
    }
  }

  /** Ends the connections of a session or of a subject. Returns how many there were in this process. */
  close(target: { readonly sid: string; readonly subject: string } | { readonly subject: string }): number {
    let count = 0;
    for (const token of this.index.tokensOf(target.subject)) {
      if (!('sid' in target) || token.keys.sid === target.sid) count += this.endToken(token, revoked);
    }
    const ended = 'sid' in target ? { sid: target.sid } : { subject: target.subject, except: null };
    this.report({ cause: 'closed', ...ended });
    return count;
  }

  /** Ends here what another process has ended, and does not report it. */
  follow(target: EndedTarget): void {
    const subject = 'sid' in target ? subjectOfSession(target.sid) : target.subject;
    if (subject === null) return;
    // The clocks of two processes differ, so the store is asked about each connection that was opened lately.
    const startedAt = performance.now() - DOUBTFUL_FOR;
    const revocation: OwnRevocation =
      'sid' in target
        ? { type: 'session', subject, sid: target.sid }
        : { type: 'subject', subject, except: target.except, startedAt };
    if (target.cause === 'revoked') this.endRevoked(revocation);
    else for (const token of this.index.tokensOf(subject)) if (isMeant(token, target)) this.endToken(token, revoked);
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    this.stopListening();
    this.stopFeed?.();
    this.alarm.clear();
    this.listeners.clear();
    for (const { connections } of this.index.allTokens()) for (const open of connections) this.remove(open);
  }

  private isRevocable({ requirements = [] }: LiveConnection): boolean {
    const { revocation, callbacks, connections } = this.settings;
    if (!connections.endOnRevocation || (revocation === null && callbacks.isTokenRevoked === undefined)) return false;
    return requirements.length === 0 || requirements.some(({ skipRevocationCheck }) => !skipRevocationCheck);
  }

  /** Begins to watch a connection, or goes on with another token. */
  private begin(open: OpenConnection): void {
    const { token } = open;
    const { expiresAt } = validTimeOf(token.payload);
    if (this.settings.connections.endOnExpiry && expiresAt !== null) {
      this.expiries.put(open, (expiresAt + this.settings.leeway) * 1000);
    }
    if (token.isRevocable) {
      this.listenToFeed();
      if (token.size === 1) this.rechecks.schedule(token);
      if (this.recent.has(token.keys.subject)) queueMicrotask(() => this.rechecks.askNow(token));
    }
    this.arm();
  }

  private listenToFeed(): void {
    this.stopFeed ??=
      this.sessions.feed?.listen({
        remove: (subject) => {
          for (const token of this.index.tokensOf(subject)) this.rechecks.askSoon(token);
        },
        clear: (heardAt) => {
          for (const token of this.index.allTokens()) this.rechecks.distrust(token, heardAt);
        },
      }) ?? null;
  }

  /** Ends what this process has revoked. */
  private apply(revocation: OwnRevocation): void {
    if (!this.settings.connections.endOnRevocation) return;
    this.endRevoked(revocation);
    const { subject } = revocation;
    if (revocation.type === 'session') this.report({ cause: 'revoked', sid: revocation.sid });
    if (revocation.type === 'subject') this.report({ cause: 'revoked', subject, except: revocation.except });
  }

  private endRevoked(revocation: OwnRevocation): void {
    const { subject } = revocation;
    this.recent.add(subject);
    for (const token of this.index.tokensOf(subject)) {
      const effect = effectOn(token, revocation);
      if (effect === 'ended' && token.isRevocable) this.endToken(token, revoked);
      if (effect === 'unknown') this.rechecks.askNow(token);
    }
  }

  private report(target: EndedTarget): void {
    for (const listener of this.listeners)
      this.logger.protect('A listener of ended connections', () => listener(target));
  }

  private arm(): void {
    const wait = Math.min(this.expiries.nextAt - Date.now(), this.rechecks.wait);
    if (wait < Infinity) this.alarm.set(wait);
  }

  private endDue(): void {
    const now = Date.now();
    for (let open = this.expiries.takeDue(now); open !== null; open = this.expiries.takeDue(now)) {
      this.end(open, new ExpiredTokenException(undefined, open.token));
    }
    this.rechecks.run();
    this.arm();
  }

  private endToken(token: WatchedToken, errorOf: (token: WatchedToken) => JwtExtendedException): number {
    const { connections } = token;
    for (const open of connections) this.end(open, errorOf(token));
    return connections.length;
  }

  private end(open: OpenConnection, error: JwtExtendedException): void {
    if (!this.remove(open)) return;
    this.logger.protect('end() of a live connection', () => open.connection.end(error));
    if (this.jwtEvents.isObserved) this.reportEnd(open, error);
  }

  private reportEnd({ connection, token }: OpenConnection, { code }: JwtExtendedException): void {
    const identity = ownValue(token.payload, this.settings.identityClaim);
    this.jwtEvents.emit({ type: 'connection-ended', kind: connection.kind, code, identity, sid: token.keys.sid });
  }

  private remove(open: OpenConnection): boolean {
    if (!this.index.remove(open)) return false;
    this.expiries.remove(open);
    if (open.token.size === 0) this.rechecks.remove(open.token);
    if (this.index.size > 0) return true;
    this.alarm.clear();
    this.stopFeed?.();
    this.stopFeed = null;
    return true;
  }
}

function isMeant({ keys }: WatchedToken, target: EndedTarget): boolean {
  return 'sid' in target ? keys.sid === target.sid : keys.sid === null || keys.sid !== target.except;
}

function revoked(token: WatchedToken): JwtExtendedException {
  return new RevokedTokenException(undefined, token);
}

/** What a revocation means for a token. */
function effectOn({ keys, createdAt }: WatchedToken, revocation: OwnRevocation): 'ended' | 'unknown' | 'none' {
  if (revocation.type === 'part') return 'unknown';
  if (revocation.type === 'session') return keys.sid === revocation.sid ? 'ended' : 'none';
  if (revocation.type === 'token') return keys.jti === revocation.jti ? 'ended' : 'none';
  const { except, startedAt } = revocation;
  if (except !== null && keys.sid === except) return 'none';
  // A token that opened a connection after the write began can be one of a new log-in.
  return createdAt < startedAt ? 'ended' : 'unknown';
}
