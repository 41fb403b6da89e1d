import { NEVER, readSession, type SessionRow } from './sql-record.js';
import type { SqlRow } from './sql-result.js';

/** The kinds of rows. A subject has one row of kind `cut-off`, with an empty id. */
export type RowKind = 'session' | 'denied' | 'cut-off';

/** What the table holds about a subject, as one statement read it. */
export interface SubjectSnapshot {
  /** When it was read, in milliseconds of the database's clock. */
  readonly now: number;
  /** The same in microseconds, if the database counts them. */
  readonly nowMicros: number;
  /** The sessions that were selected, expired ones included. */
  readonly sessions: readonly SessionRow[];
  /** Whether the selected `jti` is denied. */
  readonly denied: boolean;
  /** Whether any of the selected rows has expired. */
  readonly hasExpired: boolean;
  readonly cutOff: number | null;
  /** The revision of the row of the cut-off; `null` if there is no such row. */
  readonly cutOffRevision: string | null;
}

/**
 * Reads the rows of a statement. One of them, of kind `clock`, has the time.
 *
 * @throws TypeError if that row is missing.
 */
export function readSnapshot(rows: readonly SqlRow[]): SubjectSnapshot {
  const rowsOfKind = (kind: RowKind | 'clock') => rows.filter((row) => row.kind === kind);
  const time = Number(rowsOfKind('clock')[0]?.keepuntil);
  if (Number.isNaN(time)) {
    throw new TypeError('SqlRevocationStore option "query" did not return the time: it must return all rows.');
  }
  const now = Math.floor(time);
  const sessions = rowsOfKind('session').map(readSession);
  const denials = rowsOfKind('denied').map((row) => Number(row.keepuntil));
  const [cutOffRow] = rowsOfKind('cut-off');
  const cutOff = cutOffRow?.cutoff ?? null;
  return {
    now,
    nowMicros: Math.floor(time * 1000),
    sessions,
    denied: denials.some((until) => until > now),
    hasExpired: [...denials, ...sessions.map(({ keepUntil }) => keepUntil)].some((until) => until <= now),
    cutOff: cutOff === null ? null : Math.floor(Number(cutOff)),
    cutOffRevision: (cutOffRow?.revision as string | undefined) ?? null,
  };
}

/** The sessions that have not expired, the last used one first. */
export function currentSessions({ sessions, now }: SubjectSnapshot): SessionRow[] {
  const current = sessions.filter(({ keepUntil }) => keepUntil > now);
  return current.sort((left, right) => right.ordinal - left.ordinal || (left.record.sid < right.record.sid ? 1 : -1));
}

/** The session of this id; `null` if it does not exist or has expired. */
export function currentSession(snapshot: SubjectSnapshot, sid: string): SessionRow | null {
  return currentSessions(snapshot).find(({ record }) => record.sid === sid) ?? null;
}

/** The value of the column `keep_until`. A time of `null` means for ever. */
export function keepUntilOf(time: number | null): number {
  return time === null ? NEVER : Math.min(time, NEVER);
}
