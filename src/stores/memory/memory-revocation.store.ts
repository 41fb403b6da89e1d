import { nextRecord } from '../next-record.js';
import {
  RevocationStore,
  type EndSessions,
  type LookUp,
  type LookUpQuery,
  type OpenSession,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SessionLimits,
  type SessionRecord,
} from '../revocation-store.js';
import { DenialTable } from './denial-table.js';
import { SessionTable } from './session-table.js';
import { SubjectMap } from './subject-map.js';

const LOOK_UPS_PER_SWEEP = 32;

/** How a `MemoryRevocationStore` is set up. */
export interface MemoryRevocationStoreOptions {
  /** Its clock, in milliseconds since 1970; `Date.now` by default. For tests. */
  readonly now?: () => number;
}

/**
 * Keeps sessions and revoked tokens in the memory of this one process: for development, tests, and applications that run
 * as a single process and may end all sessions with it. Every answer is immediate. A denied token takes some 50 bytes
 * until it would have expired; what is over is taken out bit by bit as the store is used, without a timer. Nothing that
 * still counts is ever dropped for want of space.
 */
export class MemoryRevocationStore extends RevocationStore {
  private readonly clock: () => number;
  private readonly sessions = new SessionTable();
  private readonly denials = new DenialTable();
  private readonly cutOffs = new SubjectMap<number>();
  private lookUpsSoFar = 0;

  constructor({ now = Date.now }: MemoryRevocationStoreOptions = {}) {
    super();
    this.clock = now;
  }

  now(): number {
    return this.clock();
  }

  lookUp({ subject, sid, jti }: LookUpQuery): LookUp {
    // Writes alone make work for sweeping; look-ups see to it that it is done where nothing is written any more.
    if (this.lookUpsSoFar++ % LOOK_UPS_PER_SWEEP === 0) this.tick();
    return {
      session: sid === null ? null : this.sessions.find(subject, sid, this.clock()),
      denied: jti !== null && this.isDenied(subject, jti),
      cutOff: this.cutOffs.get(subject) ?? null,
    };
  }

  openSession(
    open: OpenSession,
    deadline: number,
  ): { outcome: 'opened'; session: SessionRecord } | { outcome: 'unknown' | 'late' } {
    const now = this.tick();
    if (now > deadline) return { outcome: 'late' };
    const { subject, sid, existing } = open;
    const before = existing ? this.sessions.find(subject, sid, now) : null;
    if (existing && before === null) return { outcome: 'unknown' };
    const { openedAt, device } = before ?? { openedAt: now, device: open.device };
    const session = this.keep(subject, nextRecord({ ...open, parentId: null, openedAt, device }, now), open);
    if (open.maxPerSubject !== null) this.limit(subject, open.maxPerSubject, now);
    return { outcome: 'opened', session };
  }

  present(token: PresentedRefreshToken, deadline: number): RefreshOutcome {
    const now = this.tick();
    if (now > deadline) return { outcome: 'late' };
    const { subject, sid, presentedId, successor, grace } = token;
    const session = this.sessions.find(subject, sid, now);
    if (session === null) return this.adopt(token, now);
    if (session.currentId === presentedId) {
      if (successor === null) return { outcome: 'current', session };
      const next = nextRecord({ ...session, ...token, token: successor, parentId: presentedId }, now);
      return { outcome: 'rotated', session: this.keep(subject, next, token) };
    }
    if (isRepeated(session, presentedId, grace, now)) return { outcome: 'repeated', session };
    this.sessions.remove(subject, sid);
    return { outcome: 'reused' };
  }

  endSession(subject: string, sid: string, deadline: number): boolean {
    if (this.tick() > deadline) return false;
    this.sessions.remove(subject, sid);
    return true;
  }

  endSessions({ subject, before, except }: EndSessions, deadline: number): boolean {
    const now = this.tick();
    if (now > deadline) return false;
    // All of them, then: also what was opened before the clock was put back.
    const all = before === null || before >= now;
    for (const { sid, openedAt } of this.sessions.list(subject, now)) {
      if (sid !== except && (all || openedAt <= before)) this.sessions.remove(subject, sid);
    }
    this.cutOffs.set(subject, Math.max(this.cutOffs.get(subject) ?? -Infinity, all ? now : before));
    return true;
  }

  deny(subject: string, jti: string, lifetime: number | null, deadline: number): boolean {
    const now = this.tick();
    if (now > deadline) return false;
    this.denials.deny(subject, jti, lifetime === null ? Infinity : now + lifetime, now);
    return true;
  }

  listSessions(subject: string): SessionRecord[] {
    return this.sessions.list(subject, this.tick()).reverse();
  }

  /** The time; takes a little of what is over out, so that nobody ever has to take out much. */
  private tick(): number {
    const now = this.clock();
    this.denials.sweep(now);
    this.sessions.sweep(now);
    return now;
  }

  private isDenied(subject: string, jti: string): boolean {
    const until = this.denials.get(subject, jti);
    return until !== undefined && until > this.clock();
  }

  private adopt(token: PresentedRefreshToken, now: number): RefreshOutcome {
    const { subject, presentedId, successor, adopt } = token;
    if (adopt === null || successor === null) return { outcome: 'unknown' };
    if (this.isDenied(subject, presentedId)) return { outcome: 'unknown' };
    if (adopt.issuedAt <= Math.floor((this.cutOffs.get(subject) ?? -Infinity) / 1000)) {
      return { outcome: 'unknown' };
    }
    this.deny(subject, presentedId, adopt.denyFor, Infinity);
    const opened = { ...token, token: successor, parentId: presentedId, openedAt: now, device: null };
    const session = this.keep(subject, nextRecord(opened, now), token);
    if (adopt.maxPerSubject !== null) this.limit(subject, adopt.maxPerSubject, now);
    return { outcome: 'rotated', session };
  }

  private keep(subject: string, session: SessionRecord, { leeway }: SessionLimits): SessionRecord {
    this.sessions.put(subject, session, session.expiresAt === null ? Infinity : session.expiresAt + leeway);
    return session;
  }

  private limit(subject: string, most: number, now: number): void {
    const sessions = this.sessions.list(subject, now);
    for (const { sid } of sessions.slice(0, Math.max(0, sessions.length - most))) this.sessions.remove(subject, sid);
  }
}

/** Whether it is the parent of the current token, in time; at no time where grace is 0, even if the clock was put back. */
function isRepeated({ parentId, rotatedAt }: SessionRecord, presentedId: string, grace: number, now: number): boolean {
  return presentedId === parentId && rotatedAt !== null && grace > 0 && now - rotatedAt < grace;
}
