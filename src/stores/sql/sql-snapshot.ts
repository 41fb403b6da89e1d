import { NEVER, readSession, type StoredSession } from './sql-record.js';
import type { SqlRow } from './sql-result.js';

/** What a row is about. The cut-off is one row per subject, with an empty id. */
export type RowKind = 'session' | 'denied' | 'cut-off';

/** What the rows of a subject say, at one time. */
export interface Found {
  /** When they were read, in milliseconds of the database's clock. */
  readonly now: number;
  /** The same in microseconds, where the database counts them. */
  readonly micros: number;
  /** The sessions that were asked for, also those whose time is over. */
  readonly sessions: readonly StoredSession[];
  /** Whether the `jti` that was asked for is denied. */
  readonly denied: boolean;
  /** Whether there are rows whose time is over. */
  readonly isLeftOver: boolean;
  readonly cutOff: number | null;
  /** The revision of the row of the cut-off, if there is one. */
  readonly cutOffRevision: string | null;
}

/** Reads what was found; one of the rows, of kind `clock`, says when. */
export function readFound(rows: readonly SqlRow[]): Found {
  const of = (kind: RowKind | 'clock') => rows.filter((row) => row.kind === kind);
  const time = Number(of('clock')[0]?.keepuntil);
  if (Number.isNaN(time)) throw new TypeError('The database did not answer its time: "query" must answer all rows.');
  const now = Math.floor(time);
  const sessions = of('session').map(readSession);
  const denials = of('denied').map((row) => Number(row.keepuntil));
  const [cutOffRow] = of('cut-off');
  const cutOff = cutOffRow?.cutoff ?? null;
  return {
    now,
    micros: Math.floor(time * 1000),
    sessions,
    denied: denials.some((until) => until > now),
    isLeftOver: [...denials, ...sessions.map(({ keepUntil }) => keepUntil)].some((until) => until <= now),
    cutOff: cutOff === null ? null : Math.floor(Number(cutOff)),
    cutOffRevision: (cutOffRow?.revision as string | undefined) ?? null,
  };
}

/** The sessions that are there, the last used first. */
export function sessionsThere({ sessions, now }: Found): StoredSession[] {
  const there = sessions.filter(({ keepUntil }) => keepUntil > now);
  return there.sort((left, right) => right.ordinal - left.ordinal || (left.record.sid < right.record.sid ? 1 : -1));
}

/** The session of this id, if it is there. */
export function sessionThere(found: Found, sid: string): StoredSession | null {
  return sessionsThere(found).find(({ record }) => record.sid === sid) ?? null;
}

/** Until when a row is kept; `null`: for ever. */
export function keptUntil(time: number | null): number {
  return time === null ? NEVER : Math.min(time, NEVER);
}
