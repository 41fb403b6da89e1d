import type {
  OpenOutcome,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  SessionRecord,
} from '../revocation-store.js';
import { decideOpening, decidePresentation, LATE, sessionsBeyond, type Decision } from '../session-decisions.js';
import type { StoredSession } from '../session-renewal.js';
import { attempt } from './sql-attempts.js';
import { keptUntil, sessionsThere, sessionThere, type Found } from './sql-found.js';
import type { Denial, SessionToKeep } from './sql-rows.js';
import type { SqlTable } from './sql-table.js';

/** How many sessions one statement ends. */
const SIDS_PER_STATEMENT = 100;

interface SessionKey {
  readonly subject: string;
  readonly sid: string;
}

type Late = typeof LATE.answer;

/** What was read, and what was decided about it. */
interface Step<Answer> {
  readonly found: Found;
  readonly decision: Decision<Answer | Late>;
}

/**
 * Opens sessions and replaces their refresh tokens. Each step reads, decides, and writes only if the rows that it read have
 * not changed. So a token is rotated once, and a change by another process is never taken for a reuse.
 */
export class SqlSessions {
  constructor(private readonly table: SqlTable) {}

  /** Opens a session, or gives a session that exists a new refresh token. */
  open(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    const { subject, sid, existing, maxPerSubject } = open;
    return this.decide<OpenOutcome>(open, deadline, async () => {
      // The other sessions of the subject count only for a limit: the new one must be the last used of them.
      const isLimited = !existing && maxPerSubject !== null;
      const found = await (isLimited ? this.table.findSessions(subject) : this.table.find({ subject, sid, jti: null }));
      const session = sessionThere(found, sid)?.record ?? null;
      return { found, decision: decideOpening(open, { now: found.now, session }, deadline) };
    });
  }

  /** Decides about a presented refresh token, and writes what follows. */
  present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const { subject, sid, presentedId, adopt } = token;
    return this.decide<RefreshOutcome>(token, deadline, async () => {
      const found = await this.table.find({ subject, sid, jti: adopt === null ? null : presentedId });
      const session = sessionThere(found, sid)?.record ?? null;
      return { found, decision: decidePresentation(token, { ...found, session }, deadline) };
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
    const decision = await attempt<Decision<Answer | Late>>(async () => {
      const step = await readAndDecide();
      return (await this.write(step, key, deadline)) ? step.decision : undefined;
    }, LATE);
    if (decision.write !== 'session' || decision.maxPerSubject === null) return decision.answer;
    return (await this.limit(key.subject, decision.maxPerSubject, deadline)) ? decision.answer : LATE.answer;
  }

  /** Writes what was decided. `false`: another process has changed the rows, or it is too late. */
  private async write({ found, decision }: Step<unknown>, key: SessionKey, deadline: number): Promise<boolean> {
    const { subject, sid } = key;
    if (decision.write === 'nothing') return true;
    if (decision.write === 'end') {
      return this.table.remove(subject, [sid], deadline, sessionThere(found, sid)?.revision);
    }
    const session = toKeep(decision, found);
    if (decision.denial === null) return this.store(subject, session, found, deadline);
    const { jti, until } = decision.denial;
    return this.adopt(key, { session, denied: { jti, keepUntil: keptUntil(until) } }, found, deadline);
  }

  /** Writes a session over the row that was read, even if the time of that row is over. */
  private store(subject: string, kept: SessionToKeep, { sessions }: Found, deadline: number): Promise<boolean> {
    const before = sessions.find(({ record }) => record.sid === kept.session.sid);
    if (before === undefined) return this.table.add(subject, kept, deadline);
    return this.table.replace(subject, before.revision, kept, deadline);
  }

  /** Adds a session and a denial. `false` also after it had to prepare rows: they must be read again. */
  private async adopt(
    { subject, sid }: SessionKey,
    rows: { session: SessionToKeep; denied: Denial },
    { now, isLeftOver, cutOffRevision }: Found,
    deadline: number,
  ): Promise<boolean> {
    // Rows whose time is over have the keys of the rows to add, and the cut-off must have a row that can be compared.
    if (isLeftOver) await this.table.removeOver(subject, sid, rows.denied.jti, now);
    if (cutOffRevision === null) await this.table.prepareCutOff(subject);
    if (isLeftOver || cutOffRevision === null) return false;
    return this.table.adopt(subject, cutOffRevision, rows, deadline);
  }

  /** Ends the least recently used sessions of a subject beyond a limit. `false`: too late. */
  private limit(subject: string, maxPerSubject: number, deadline: number): Promise<boolean> {
    return attempt<boolean>(async () => {
      const found = await this.table.findSessions(subject);
      if (found.now > deadline) return false;
      const records: SessionRecord[] = sessionsThere(found).map(({ record }) => record);
      const sids = sessionsBeyond(records, maxPerSubject);
      if (sids.length === 0) return true;
      await this.table.remove(subject, sids.slice(0, SIDS_PER_STATEMENT), deadline);
      return undefined;
    }, false);
  }
}

/** A session to write as the last used one of those that were read, even if the clock was put back. */
function toKeep({ record, keepUntil }: StoredSession, { micros, sessions }: Found): SessionToKeep {
  const ordinal = sessions.reduce((last, other) => Math.max(last, other.ordinal + 1), micros);
  return { session: record, ordinal, keepUntil: keptUntil(keepUntil) };
}
