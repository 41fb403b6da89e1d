import type { Endings } from '../endings.js';
import { endingsText, type StoredEndings } from './sql-endings.js';
import { endedWith } from './sql-notes.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText, NEVER } from './sql-record.js';
import { idList, key, newRevision, sessionsIn, type IdRange } from './sql-rows.js';
import { number, raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

/** No id has this text: `encodeText` writes more after the percent sign. */
const NO_ID = '%';

/** The condition that the session of a row ended together with others. */
export function endedCondition({ all, exceptOfAll, past }: Endings): SqlFragment {
  const idOf = (sid: string | null | undefined) => text(sid == null ? NO_ID : encodeText(sid));
  const own = raw('COALESCE(cut_off, 0)');
  return sql`((${own} < ${number(all)} AND id <> ${idOf(exceptOfAll)})
    OR (${own} < ${number(past?.generation ?? 0)} AND opened_at <= ${number(past?.before ?? 0)} AND id <> ${idOf(past?.except)}))`;
}

/** The condition that sessions of a subject may have ended together, although their rows are still there. */
export function hasEndings(table: SqlFragment, subject: SqlValue): SqlFragment {
  return sql`EXISTS (SELECT 1 FROM ${table} AS ending
    WHERE ending.subject = ${subject} AND ending.kind = 'cut-off' AND ending.id = '' AND ending.device IS NOT NULL)`;
}

/** The endings of subjects with many sessions, and the rows that they leave. */
export class SqlEndedRows {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
    private readonly channel: string,
  ) {}

  /** Moves the cut-off and writes the endings. `false` if the row has changed since it was read, or if it is too late. */
  async write(
    subject: string,
    { endings, cutOff, revision }: { endings: StoredEndings; cutOff: SqlFragment; revision: string },
    deadline: number,
  ): Promise<boolean> {
    const statement = sql`UPDATE ${this.table} SET revision = ${newRevision()}, cut_off = ${cutOff},
      device = ${text(endingsText(endings))}
      WHERE ${key(subject, 'cut-off', '')} AND revision = ${text(revision)} AND ${this.database.dialect.inTime(number(deadline))}`;
    return (await this.database.change(statement, deadline, this.channel)) > 0;
  }

  /** Removes the sessions in a range that have ended. With a note they stay for as long as before, under another kind. */
  async removeRemains(subject: string, range: IdRange, endings: Endings, note?: string): Promise<void> {
    const { clock, returning } = this.database.dialect;
    const ended = sql`${sessionsIn(subject, range)} AND ${endedCondition(endings)}`;
    const end = returning(number(NEVER));
    if (note === undefined) {
      await this.database.run(sql`DELETE FROM ${this.table} WHERE ${ended}${end}`);
      return;
    }
    const rows = await this.database.rows(sql`SELECT id FROM ${this.table} WHERE ${ended}`);
    if (rows.length === 0) return;
    // A session of the past with the same id has the primary key that is needed.
    const named = sql`id IN (${idList(rows.map(({ id }) => id as string))})`;
    await this.database.run(
      sql`DELETE FROM ${this.table} WHERE subject = ${text(subject)} AND kind = 'ended'
        AND id > ${text(range.after)} AND id <= ${text(range.last)} AND ${named}${end}`,
    );
    await this.database.run(
      sql`UPDATE ${this.table} SET revision = ${newRevision()}, ${endedWith(note, clock)} WHERE ${ended} AND ${named}${end}`,
    );
  }

  /** Notes that no row is left, unless other sessions have ended meanwhile. */
  async finish(subject: string, endings: StoredEndings): Promise<void> {
    const finished = text(endingsText({ ...endings, past: null, hasRemains: false }));
    await this.database.run(
      sql`UPDATE ${this.table} SET device = ${finished} WHERE ${key(subject, 'cut-off', '')}
        AND device = ${text(endingsText(endings))}${this.database.dialect.returning(number(NEVER))}`,
    );
  }
}
