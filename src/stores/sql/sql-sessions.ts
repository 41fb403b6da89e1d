import type { OpenOutcome, OpenSession, PresentedRefreshToken, RefreshOutcome } from '../revocation-store.js';
import { decideOpening, decidePresentation, LATE, type Decision } from '../session-decisions.js';
import type { StoredSession } from '../session-renewal.js';
import { retry } from './sql-retries.js';
import type { NewDenialRow, NewSessionRow } from './sql-rows.js';
import { currentSession, keepUntilOf, type SubjectSnapshot } from './sql-snapshot.js';
import type { SqlSweeps } from './sql-sweeps.js';
import type { SqlTable } from './sql-table.js';

/** How many sessions beyond a limit end before the call is answered. `OpenSession` promises so many. */
const ENDED_AT_ONCE = 100;

interface SessionKey {
  readonly subject: string;
  readonly sid: string;
}

type Late = typeof LATE.answer;

/** What was read, and what was decided about it. */
interface Step<Answer> {
  readonly snapshot: SubjectSnapshot;
  readonly decision: Decision<Answer | Late>;
}

/**
 * Opens sessions and replaces their refresh tokens. Each step reads, decides, and writes only if the rows that it read have
 * not changed. So a token is rotated once, and a change by another process is never taken for a reuse.
 */
export class SqlSessions {
  constructor(
    private readonly table: SqlTable,
    private readonly sweeps: SqlSweeps,
  ) {}

  /** Opens a session, or gives a session that exists a new refresh token. */
  open(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    const { subject, sid, existing, maxPerSubject } = open;
    return this.decide<OpenOutcome>(open, deadline, async () => {
      // The other sessions of the subject count only for a limit: the new one must be the last used of them.
      const isLimited = !existing && maxPerSubject !== null;
      const snapshot = await (isLimited
        ? this.table.findWithLast(subject, sid)
        : this.table.find({ subject, sid, jti: null }));
      const session = currentSession(snapshot, sid)?.record ?? null;
      return { snapshot, decision: decideOpening(open, { now: snapshot.now, session }, deadline) };
    });
  }

  /** Rotates the current token by one statement if the database can. Reads and decides about any other token. */
  async present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const rotated = await retry<RefreshOutcome | null>(() => this.table.rotation.rotate(token, deadline), LATE.answer);
    return rotated ?? this.readAndDecide(token, deadline);
  }

  private readAndDecide(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const { subject, sid, presentedId, adopt } = token;
    return this.decide<RefreshOutcome>(token, deadline, async () => {
      const snapshot = await this.table.find({ subject, sid, jti: adopt === null ? null : presentedId });
      const session = currentSession(snapshot, sid)?.record ?? null;
      return { snapshot, decision: decidePresentation(token, { ...snapshot, session }, deadline) };
    });
  }

  /**
   * Reads, decides and writes until no other process interferes. Then a statement of its own ends the sessions beyond the
   * limit, since only a later statement sees sessions that were opened at the same time. Until it has run, no caller gets a
   * token of the new session.
   */
  private async decide<Answer>(
    key: SessionKey,
    deadline: number,
    readAndDecide: () => Promise<Step<Answer>>,
  ): Promise<Answer | Late> {
    const step = await retry<Step<Answer> | null>(async () => {
      const read = await readAndDecide();
      return (await this.write(read, key, deadline)) ? read : undefined;
    }, null);
    if (step === null) return LATE.answer;
    const { decision, snapshot } = step;
    if (snapshot.endings.hasRemains) this.sweeps.start(key.subject, () => this.sweeps.removeRemains(key.subject));
    if (decision.write !== 'session' || decision.maxPerSubject === null) return decision.answer;
    const othersEnded = await this.limit(key.subject, decision.maxPerSubject, snapshot, deadline);
    const answer = { ...decision.answer, othersEnded };
    return othersEnded === null ? LATE.answer : answer;
  }

  /** Writes what was decided. `false`: another process has changed the rows, or it is too late. */
  private async write({ snapshot, decision }: Step<unknown>, key: SessionKey, deadline: number): Promise<boolean> {
    const { subject, sid } = key;
    if (decision.write === 'nothing') return true;
    if (decision.write === 'end') {
      return this.table.remove(subject, sid, deadline, currentSession(snapshot, sid)?.revision);
    }
    const session = newRow(decision, snapshot);
    if (decision.denial === null) return this.store(subject, session, snapshot, deadline);
    const { jti, until } = decision.denial;
    return this.adopt(key, { session, denied: { jti, keepUntil: keepUntilOf(until) } }, snapshot, deadline);
  }

  /** Replaces the row of a session that was read, even if it has expired, or adds one. */
  private store(
    subject: string,
    row: NewSessionRow,
    { sessions }: SubjectSnapshot,
    deadline: number,
  ): Promise<boolean> {
    const before = sessions.find(({ record }) => record.sid === row.session.sid);
    if (before === undefined) return this.table.sessionRows.add(subject, row, deadline);
    return this.table.sessionRows.replace(subject, before, row, deadline);
  }

  /** Adds a session and a denial. `false` also means that other rows had to be prepared: all is read again. */
  private async adopt(
    { subject, sid }: SessionKey,
    rows: { session: NewSessionRow; denied: NewDenialRow },
    { now, hasExpired, sessions, cutOffRevision }: SubjectSnapshot,
    deadline: number,
  ): Promise<boolean> {
    // Rows that have expired or ended have the primary keys of the rows to add. The statement compares the cut-off's row.
    const [ended] = sessions;
    if (hasExpired) await this.table.removeExpired(subject, sid, rows.denied.jti, now);
    else if (ended !== undefined) await this.table.remove(subject, sid, deadline, ended.revision);
    if (cutOffRevision === null) await this.table.prepareCutOff(subject);
    if (hasExpired || ended !== undefined || cutOffRevision === null) return false;
    return this.table.adopt(subject, cutOffRevision, rows, deadline);
  }

  /**
   * Ends the least recently used sessions of a subject beyond a limit, or at least some of them. Returns whether there were any;
   * `null`: it is too late.
   */
  private async limit(
    subject: string,
    maxPerSubject: number,
    { endings }: SubjectSnapshot,
    deadline: number,
  ): Promise<boolean | null> {
    const ids = await retry(() => this.table.pages.findBeyond(subject, maxPerSubject, endings, ENDED_AT_ONCE));
    if (ids.length === 0) return false;
    if (!(await retry<boolean>(() => this.table.removeIds(subject, ids, deadline), false))) {
      // Another process has removed them, or it is too late.
      if ((await this.table.clock()) > deadline) return null;
    }
    const isMore = ids.length === ENDED_AT_ONCE;
    if (isMore) this.sweeps.start(subject, () => this.sweeps.removeBeyond(subject, maxPerSubject));
    return true;
  }
}

/** A session to write as the last used one of those that were read, even if the clock was put back. */
function newRow({ record, keepUntil }: StoredSession, snapshot: SubjectSnapshot): NewSessionRow {
  const { nowMicros, sessions, lastOrdinal, endings } = snapshot;
  const ordinals = sessions.map(({ ordinal }) => ordinal + 1);
  const { generation } = currentSession(snapshot, record.sid) ?? endings;
  return {
    session: record,
    ordinal: Math.max(nowMicros, lastOrdinal + 1, ...ordinals),
    generation,
    keepUntil: keepUntilOf(keepUntil),
  };
}
