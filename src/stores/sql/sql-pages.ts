import type { SessionPage, SessionPageQuery, SessionRecord } from '../revocation-store.js';
import { endedCondition } from './sql-ended-rows.js';
import type { Endings } from '../endings.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText, NEVER } from './sql-record.js';
import { retry } from './sql-retries.js';
import { sessionsIn, type IdRange } from './sql-rows.js';
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
    private readonly channel: string,
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

  /** The position of the last session within a limit; `null` if there are fewer. */
  async findLast(subject: string, limit: number, endings: Endings): Promise<Position | null> {
    const [row] = await this.database.rows(
      sql`SELECT ordinal, id FROM ${this.table} WHERE ${this.current(subject)} AND NOT ${endedCondition(endings)}
        ORDER BY ordinal DESC, id DESC LIMIT 1 OFFSET ${raw(String(Math.floor(limit) - 1))}`,
    );
    return row === undefined ? null : { ordinal: Number(row.ordinal), id: row.id as string };
  }

  /** The largest of the next `most` ids after one of them; `null` if there is none. Only the index is read. */
  async findEnd(subject: string, after: string, most: number): Promise<string | null> {
    const next = sql`SELECT id FROM ${this.table} WHERE subject = ${text(subject)} AND kind = 'session' AND id > ${text(after)}
      ORDER BY id LIMIT ${raw(String(most))}`;
    const [row] = await this.database.rows(sql`SELECT MAX(id) AS id FROM (${next}) AS following`);
    return (row?.id ?? null) as string | null;
  }

  /** Removes the sessions in a range that were last used before another one. Leaves those that ended together: they can get a note. */
  async removeBeyond(subject: string, range: IdRange, last: Position, endings: Endings): Promise<void> {
    const statement = sql`DELETE FROM ${this.table} WHERE ${sessionsIn(subject, range)} AND NOT ${endedCondition(endings)}
      AND ${before(last)}`;
    await this.database.change(statement, NEVER, this.channel);
  }

  /** Reads one row more than wanted, to know whether there is a next page. */
  private async read(subject: string, position: Position | null, most: number) {
    // Few different numbers, so that few texts exist.
    const fetched = 2 ** Math.ceil(Math.log2(most + 1));
    const start = position ?? { ordinal: Number.MAX_SAFE_INTEGER, id: '' };
    const rows = await this.database.rows(
      sql`${this.head(subject)} UNION ALL SELECT * FROM (SELECT ${this.columns} FROM ${this.table}
        WHERE ${this.current(subject)} AND ${before(start)}
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

/** The condition that a session was last used before another one. */
function before({ ordinal, id }: Position): SqlFragment {
  return sql`(ordinal < ${number(ordinal)} OR (ordinal = ${number(ordinal)} AND id < ${text(id)}))`;
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
