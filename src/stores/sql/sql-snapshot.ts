import { isEnded } from '../endings.js';
import { readEndings, type StoredEndings } from './sql-endings.js';
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
  /** The sessions that were selected, also those that have expired or ended. */
  readonly sessions: readonly SessionRow[];
  /** Whether the selected `jti` is denied. */
  readonly denied: boolean;
  /** Whether any of the selected rows has expired. */
  readonly hasExpired: boolean;
  readonly cutOff: number | null;
  /** Which sessions ended together. */
  readonly endings: StoredEndings;
  /** The largest ordinal of the subject's sessions, if it was selected. */
  readonly lastOrdinal: number;
  /** The number of the subject's sessions up to a limit, if it was selected. */
  readonly count: number;
  /** The revision of the row of the cut-off; `null` if there is no such row. */
  readonly cutOffRevision: string | null;
}

/**
 * Reads the rows of a statement. One of them, of kind `clock`, has the time.
 *
 * @throws TypeError if that row is missing.
 */
export function readSnapshot(rows: readonly SqlRow[]): SubjectSnapshot {
  const rowsOfKind = (kind: RowKind | 'clock' | 'last' | 'count') => rows.filter((row) => row.kind === kind);
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
    endings: readEndings(cutOffRow?.device),
    lastOrdinal: Number(rowsOfKind('last')[0]?.keepuntil ?? 0),
    count: Number(rowsOfKind('count')[0]?.keepuntil ?? 0),
    cutOffRevision: (cutOffRow?.revision as string | undefined) ?? null,
  };
}

/** The sessions that have neither expired nor ended, in the order in which they were read. */
export function currentSessions({ sessions, now, endings }: SubjectSnapshot): SessionRow[] {
  return sessions.filter((session) => session.keepUntil > now && !isEnded(session, endings));
}

/** The session of this id; `null` if it does not exist, has expired or has ended. */
export function currentSession(snapshot: SubjectSnapshot, sid: string): SessionRow | null {
  return currentSessions(snapshot).find(({ record }) => record.sid === sid) ?? null;
}

/** The value of the column `keep_until`. A time of `null` means for ever. */
export function keepUntilOf(time: number | null): number {
  return time === null ? NEVER : Math.min(time, NEVER);
}
