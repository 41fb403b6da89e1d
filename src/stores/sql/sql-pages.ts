import type { SessionPage, SessionPageQuery, SessionRecord } from '../revocation-store.js';
import { endedCondition } from './sql-ended-rows.js';
import type { Endings } from '../endings.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText } from './sql-record.js';
import { retry } from './sql-retries.js';
import { currentSessions, readSnapshot } from './sql-snapshot.js';
import { number, raw, sql, text, type SqlFragment } from './sql-statement.js';

/** How many rows one statement reads. */
const ROWS_AT_ONCE = 500;

/** Where a page ended: the ordinal and the id of a row. */
interface Position {
  readonly ordinal: number;
  readonly id: string;
}

/** A position as text. An id has only printable characters. */
const POSITION = /^(\d{1,17}) ([ -~]{0,128})$/;

/** The sessions of a subject in the order of their last use. */
export class SqlPages {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
    /** The statement that reads the clock and the cut-off of a subject, in `columns`. */
    private readonly head: (subject: string) => SqlFragment,
    private readonly columns: SqlFragment,
  ) {}

  /** A page of sessions, the last used one first. */
  async page(subject: string, { limit, after }: SessionPageQuery): Promise<SessionPage> {
    const sessions: SessionRecord[] = [];
    let position = after === null ? null : readPosition(after);
    if (after !== null && position === null) return { sessions, next: null };
    do {
      const most = Math.min(limit - sessions.length, ROWS_AT_ONCE);
      const { records, next } = await retry(() => this.read(subject, position, most));
      sessions.push(...records);
      position = next;
    } while (position !== null && sessions.length < limit);
    return { sessions, next: position && `${position.ordinal} ${position.id}` };
  }

  /** The ids of up to `most` sessions beyond a limit: those that were not used for the longest time. */
  async findBeyond(subject: string, limit: number, endings: Endings, most: number): Promise<string[]> {
    const rows = await this.database.rows(
      sql`SELECT id FROM ${this.table} WHERE ${this.current(subject)} AND NOT ${endedCondition(endings)}
        ORDER BY ordinal DESC, id DESC LIMIT ${raw(String(most))} OFFSET ${raw(String(Math.floor(limit)))}`,
    );
    return rows.map(({ id }) => id as string);
  }

  /** Reads one row more than wanted, to know whether there is a next page. */
  private async read(subject: string, position: Position | null, most: number) {
    // Few different numbers, so that few texts exist.
    const fetched = 2 ** Math.ceil(Math.log2(most + 1));
    const { ordinal, id } = position ?? { ordinal: Number.MAX_SAFE_INTEGER, id: '' };
    const rows = await this.database.rows(
      sql`${this.head(subject)} UNION ALL SELECT * FROM (SELECT ${this.columns} FROM ${this.table}
        WHERE ${this.current(subject)} AND (ordinal < ${number(ordinal)} OR (ordinal = ${number(ordinal)} AND id < ${text(id)}))
        ORDER BY ordinal DESC, id DESC LIMIT ${raw(String(fetched))}) AS page`,
    );
    const snapshot = readSnapshot(rows);
    const sorted = [...snapshot.sessions].sort((left, right) => right.ordinal - left.ordinal || byId(right, left));
    const last = sorted.length > most ? sorted[most - 1] : undefined;
    const records = currentSessions({ ...snapshot, sessions: sorted.slice(0, most) }).map(({ record }) => record);
    return { records, next: last === undefined ? null : { ordinal: last.ordinal, id: encodeText(last.record.sid) } };
  }

  private current(subject: string): SqlFragment {
    return sql`subject = ${text(subject)} AND kind = 'session' AND keep_until > ${this.database.dialect.clock}`;
  }
}

interface Named {
  readonly record: { readonly sid: string };
}

/** As the databases compare ids: by their bytes. */
function byId(left: Named, right: Named): number {
  const [one, other] = [encodeText(left.record.sid), encodeText(right.record.sid)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** `null` for a text that no page had as `next`. */
function readPosition(after: string): Position | null {
  const [, ordinal, id] = POSITION.exec(after) ?? [];
  return ordinal === undefined || id === undefined ? null : { ordinal: Number(ordinal), id };
}
