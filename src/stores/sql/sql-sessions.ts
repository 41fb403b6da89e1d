import { nextRecord } from '../next-record.js';
import type {
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  RevocationStore,
  SessionLimits,
  SessionRecord,
} from '../revocation-store.js';
import { attempt } from './sql-attempts.js';
import { keptUntil, sessionsThere, sessionThere, type Found } from './sql-found.js';
import type { SessionToKeep } from './sql-rows.js';
import type { SqlTable } from './sql-table.js';

type Opened = Awaited<ReturnType<RevocationStore['openSession']>>;

const LATE = { outcome: 'late' } as const;
const UNKNOWN = { outcome: 'unknown' } as const;

/** How many sessions are ended by one statement. */
const SIDS_PER_STATEMENT = 100;

/**
 * Opens sessions and replaces their tokens. Each step reads, decides, and writes only where what it has read is still
 * there: a token is consumed once, and nothing is taken for a reuse that another process has changed in between.
 */
export class SqlSessions {
  constructor(private readonly table: SqlTable) {}

  /**
   * Opens a session, or replaces the refresh token of one. Sessions beyond the limit are ended in a statement that
   * follows: only there the sessions are seen that others open at the same time. Until it is done nobody has a token of
   * the new one.
   */
  async open(open: OpenSession, deadline: number): Promise<Opened> {
    const opened = await attempt<Opened>(() => this.tryToOpen(open, deadline), LATE);
    if (opened.outcome !== 'opened' || open.existing || open.maxPerSubject === null) return opened;
    return (await this.limit(open.subject, open.maxPerSubject, deadline)) ? opened : LATE;
  }

  /** Judges a refresh token and puts its successor in its place. */
  async present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    return attempt<RefreshOutcome>(() => this.tryToPresent(token, deadline), LATE);
  }

  private async tryToOpen(open: OpenSession, deadline: number): Promise<Opened | undefined> {
    const { subject, sid, existing, maxPerSubject } = open;
    const all = existing || maxPerSubject === null ? null : await this.table.findSessions(subject);
    const found = all ?? (await this.table.find({ subject, sid, jti: null }));
    if (found.now > deadline) return LATE;
    const before = existing ? sessionThere(found, sid) : null;
    if (existing && before === null) return UNKNOWN;
    const { openedAt, device } = before?.record ?? { openedAt: found.now, device: open.device };
    const session = nextRecord({ ...open, parentId: null, openedAt, device }, found.now);
    const isKept = await this.keep(subject, toKeep(session, open, found), found, deadline);
    return isKept ? { outcome: 'opened', session } : undefined;
  }

  private async tryToPresent(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome | undefined> {
    const { subject, sid, presentedId, successor, grace } = token;
    const found = await this.table.find({ subject, sid, jti: token.adopt === null ? null : presentedId });
    if (found.now > deadline) return LATE;
    const there = sessionThere(found, sid);
    if (there === null) return this.tryToAdopt(token, found, deadline);
    const session = there.record;
    if (session.currentId === presentedId) {
      if (successor === null) return { outcome: 'current', session };
      const next = nextRecord({ ...session, ...token, token: successor, parentId: presentedId }, found.now);
      const isKept = await this.keep(subject, toKeep(next, token, found), found, deadline);
      return isKept ? { outcome: 'rotated', session: next } : undefined;
    }
    if (isRepeated(session, presentedId, grace, found.now)) return { outcome: 'repeated', session };
    const isEnded = await this.table.remove(subject, [sid], deadline, there.revision);
    return isEnded ? { outcome: 'reused' } : undefined;
  }

  private async tryToAdopt(
    token: PresentedRefreshToken,
    found: Found,
    deadline: number,
  ): Promise<RefreshOutcome | undefined> {
    const { subject, sid, presentedId, successor, adopt } = token;
    const { now, cutOff, cutOffRevision } = found;
    if (adopt === null || successor === null || found.denied) return UNKNOWN;
    if (cutOff !== null && adopt.issuedAt <= Math.floor(cutOff / 1000)) return UNKNOWN;
    // What is over would be in the way of the one statement that adds both rows.
    if (found.isLeftOver) await this.table.removeOver(subject, sid, presentedId, now);
    if (cutOffRevision === null) await this.table.prepareCutOff(subject);
    if (found.isLeftOver || cutOffRevision === null) return undefined;
    const opened = { ...token, token: successor, parentId: presentedId, openedAt: now, device: null };
    const session = nextRecord(opened, now);
    const denied = { jti: presentedId, keepUntil: keptUntil(adopt.denyFor === null ? null : now + adopt.denyFor) };
    const rows = { session: toKeep(session, token, found), denied };
    if (!(await this.table.adopt(subject, cutOffRevision, rows, deadline))) return undefined;
    const { maxPerSubject } = adopt;
    const isRoom = maxPerSubject === null || (await this.limit(subject, maxPerSubject, deadline));
    return isRoom ? { outcome: 'rotated', session } : LATE;
  }

  /** Writes a session in the place of the row that was read, be it over or not. */
  private keep(subject: string, kept: SessionToKeep, { sessions }: Found, deadline: number): Promise<boolean> {
    const before = sessions.find(({ record }) => record.sid === kept.session.sid);
    if (before === undefined) return this.table.add(subject, kept, deadline);
    return this.table.replace(subject, before.revision, kept, deadline);
  }

  /** Ends the longest unused sessions of a subject until no more are left than there may be. */
  private limit(subject: string, most: number, deadline: number): Promise<boolean> {
    return attempt<boolean>(async () => {
      const found = await this.table.findSessions(subject);
      if (found.now > deadline) return false;
      const tooMany = sessionsThere(found).slice(most).slice(0, SIDS_PER_STATEMENT);
      if (tooMany.length === 0) return true;
      const sids = tooMany.map(({ record }) => record.sid);
      await this.table.remove(subject, sids, deadline);
      return undefined;
    }, false);
  }
}

/** A session as it is to be written now: the last used one of those that were read, whatever became of the clock. */
function toKeep(session: SessionRecord, { leeway }: SessionLimits, { micros, sessions }: Found): SessionToKeep {
  const ordinal = sessions.reduce((last, other) => Math.max(last, other.ordinal + 1), micros);
  return { session, ordinal, keepUntil: keptUntil(session.expiresAt === null ? null : session.expiresAt + leeway) };
}

/** Whether it is the parent of the current token, in time; at no time where grace is 0, even if the clock was put back. */
function isRepeated({ parentId, rotatedAt }: SessionRecord, presentedId: string, grace: number, now: number): boolean {
  return presentedId === parentId && rotatedAt !== null && grace > 0 && now - rotatedAt < grace;
}
