import { encodeText, namedAssignments, namedParameters, namedValues, type SessionRow } from './sql-record.js';
import type { SqlConnection } from './sql-query.js';
import { allColumns, revisionText, type NewSessionRow } from './sql-rows.js';
import { named, raw, sql, type SqlFragment, type SqlParameter } from './sql-statement.js';

const id = named('text', 'id');
const subject = named('text', 'subject');
const revision = named('text', 'revision');
const keepUntil = named('number', 'keepUntil');
const generation = named('number', 'generation');
const deadline = named('number', 'deadline');

/** What a replacement compares with the row that was read. */
export type RowBefore = Pick<SessionRow, 'revision' | 'keepUntil'>;

/** Writes the rows of sessions. Each log-in and each rotation does it, so the texts are rendered once. */
export class SqlSessionRows {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
    private readonly channel: string,
  ) {}

  /** Adds a session. Fails if it has a row. */
  add(of: string, row: NewSessionRow, until: number): Promise<boolean> {
    return this.change('add', () => this.insert(), valuesOf(of, row, until));
  }

  /**
   * Replaces the row of a session. `false` if the row has changed since, or if it is too late. The change is reported only if
   * the session ends earlier than before: a rotation revokes no token that a process may remember.
   */
  replace(of: string, before: RowBefore, row: NewSessionRow, until: number): Promise<boolean> {
    const isReported = row.keepUntil < before.keepUntil;
    const values = valuesOf(of, row, until);
    values.before = before.revision;
    return this.change(`replace ${isReported}`, () => this.update(isReported), values);
  }

  private async change(
    key: string,
    write: () => SqlFragment,
    values: Readonly<Record<string, SqlParameter>>,
  ): Promise<boolean> {
    return this.database.dialect.changedRowsOf(await this.database.runPrepared(key, write, values)) > 0;
  }

  private insert(): SqlFragment {
    const { fromDual, inTime, returning } = this.database.dialect;
    return sql`INSERT INTO ${this.table} (${allColumns})
      SELECT ${subject}, 'session', ${id}, ${revision}, ${keepUntil}, ${generation}, ${namedValues}${fromDual}
      WHERE ${inTime(deadline)}${returning(deadline)}`;
  }

  private update(isReported: boolean): SqlFragment {
    const { inTime, returning, announce } = this.database.dialect;
    const reported = isReported ? announce(this.channel) : raw('');
    return sql`UPDATE ${this.table} SET revision = ${revision}, keep_until = ${keepUntil}, cut_off = ${generation}, ${namedAssignments}
      WHERE subject = ${subject} AND kind = 'session' AND id = ${id} AND revision = ${named('text', 'before')}
      AND ${inTime(deadline)}${returning(deadline)}${reported}`;
  }
}

function valuesOf(of: string, row: NewSessionRow, until: number): Record<string, SqlParameter> {
  const { session, ordinal } = row;
  // Spread syntax would take longer than all else here.
  const values = namedParameters(session, ordinal);
  values.subject = of;
  values.id = encodeText(session.sid);
  values.revision = revisionText();
  values.keepUntil = row.keepUntil;
  values.generation = row.generation || null;
  values.deadline = until;
  return values;
}
