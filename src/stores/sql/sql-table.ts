import type { EndSessions, LookUpQuery } from '../revocation-store.js';
import { readFound, type Found } from './sql-found.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText, NEVER, noColumns, selectedColumns, sessionAssignments } from './sql-record.js';
import {
  allColumns,
  cutOffRow,
  denialRow,
  hashOf,
  key,
  newRevision,
  sessionRow,
  type Denial,
  type SessionToKeep,
} from './sql-rows.js';
import { join, number, raw, sql, text, type SqlFragment } from './sql-statement.js';

/**
 * The one table, which holds all there is of a subject: so that whatever has to change in one step, such as sessions and
 * cut-off, is changed by one statement, and nobody has to keep a transaction open. Every row is reached by its primary key.
 */
export class SqlTable {
  private readonly table: SqlFragment;

  constructor(
    private readonly database: SqlConnection,
    name: string,
  ) {
    this.table = raw(name);
  }

  /** What is known about a token. */
  async find({ subject, sid, jti }: LookUpQuery): Promise<Found> {
    const keys = [key(subject, 'cut-off', '')];
    if (sid !== null) keys.push(key(subject, 'session', encodeText(sid)));
    if (jti !== null) keys.push(key(subject, 'denied', hashOf(jti)));
    return this.read(keys);
  }

  /** All sessions of a subject. */
  async findSessions(subject: string): Promise<Found> {
    return this.read([sql`subject = ${text(subject)} AND kind = 'session'`]);
  }

  /** The database's clock. */
  async clock(): Promise<number> {
    return (await this.read([])).now;
  }

  /** Adds a session; fails where there is a row of it. */
  async add(subject: string, kept: SessionToKeep, deadline: number): Promise<boolean> {
    const { fromNothing, inTime } = this.database.dialect;
    const statement = sql`INSERT INTO ${this.table} (${allColumns})
      SELECT ${text(subject)}, ${sessionRow(kept)}${fromNothing} WHERE ${inTime(deadline)}`;
    return (await this.database.change(statement, deadline)) > 0;
  }

  /** Adds a session and denies a `jti`, if the cut-off was not moved since; fails where there is a row of either. */
  async adopt(
    subject: string,
    cutOffRevision: string,
    { session, denied }: { session: SessionToKeep; denied: Denial },
    deadline: number,
  ): Promise<boolean> {
    const rows = [sessionRow(session), denialRow(denied)];
    const by = cutOffRow(subject, cutOffRevision, deadline);
    const { addUnlessCutOff, changedBy } = this.database.dialect;
    return changedBy(await this.database.run(addUnlessCutOff(this.table, allColumns, rows, by))) > 0;
  }

  /** Writes a session where one was read; fails where it was changed since. */
  async replace(subject: string, revision: string, kept: SessionToKeep, deadline: number): Promise<boolean> {
    const { session, ordinal, keepUntil } = kept;
    return this.write(
      sql`UPDATE ${this.table} SET revision = ${newRevision()}, keep_until = ${number(keepUntil)},
        ${sessionAssignments(session, ordinal)}
        WHERE ${key(subject, 'session', encodeText(session.sid))} AND revision = ${text(revision)}`,
      deadline,
    );
  }

  /** Takes sessions out; `revision`: where it was not changed since. */
  async remove(subject: string, sids: readonly string[], deadline: number, revision?: string): Promise<boolean> {
    const ids = join(
      sids.map((sid) => text(encodeText(sid))),
      ', ',
    );
    const unchanged = revision === undefined ? raw('') : sql` AND revision = ${text(revision)}`;
    return this.write(
      sql`DELETE FROM ${this.table}
        WHERE subject = ${text(subject)} AND kind = 'session' AND id IN (${ids})${unchanged}`,
      deadline,
    );
  }

  /** Takes out what is left of a session, and of the denial of a `jti`, whose time was over then. */
  async removeOver(subject: string, sid: string, jti: string, time: number): Promise<void> {
    const ids = sql`${text(encodeText(sid))}, ${text(hashOf(jti))}`;
    await this.database.run(
      sql`DELETE FROM ${this.table} WHERE subject = ${text(subject)} AND kind IN ('session', 'denied')
        AND id IN (${ids}) AND keep_until <= ${number(time)}${this.database.dialect.returning(NEVER)}`,
    );
  }

  /** Denies a `jti` for so many milliseconds, or for as long as it was already. */
  async deny(subject: string, jti: string, lifetime: number | null, deadline: number): Promise<boolean> {
    const { clock, known, least, fromNothing, inTime, orProlong } = this.database.dialect;
    const until = sql`${least}(${clock} + ${number(lifetime ?? NEVER)}, ${number(NEVER)})`;
    const statement = sql`INSERT INTO ${this.table}${known} (subject, kind, id, revision, keep_until)
      SELECT ${text(subject)}, 'denied', ${text(hashOf(jti))}, ${newRevision()}, ${until}${fromNothing}
      WHERE ${inTime(deadline)}${orProlong(deadline)}`;
    return (await this.database.change(statement, deadline)) > 0;
  }

  /** Ends sessions and moves the cut-off, if it was not moved since it was read. */
  async cutOff({ subject, before, except }: EndSessions, cutOffRevision: string, deadline: number): Promise<boolean> {
    const { clock, greatest, least, cutOff, changedBy } = this.database.dialect;
    const time = number(before ?? NEVER);
    // All are all, those too that were opened before the clock was put back.
    const ended = sql`kind = 'session' AND id <> ${text(encodeText(except ?? ''))}
      AND (opened_at <= ${time} OR ${time} >= ${clock})`;
    const moved = sql`${greatest}(COALESCE(cut_off, ${number(-NEVER)}), ${least}(${time}, ${clock}))`;
    const by = cutOffRow(subject, cutOffRevision, deadline);
    return changedBy(await this.database.run(cutOff(this.table, moved, ended, by))) > 0;
  }

  /** Makes a row for a subject's cut-off, at no time yet, unless there is one. */
  async prepareCutOff(subject: string): Promise<void> {
    const { known, fromNothing, unlessKnown, returning } = this.database.dialect;
    await this.database.run(
      sql`INSERT INTO ${this.table}${known} (subject, kind, id, revision, keep_until)
        SELECT ${text(subject)}, 'cut-off', '', ${newRevision()}, ${number(NEVER)}${fromNothing}
        WHERE 1 = 1${unlessKnown}${returning(NEVER)}`,
    );
  }

  /** Deletes some of the rows that were to be kept until then; answers how many. */
  async purge(time: number, most: number): Promise<number> {
    const { purge, changedBy } = this.database.dialect;
    return changedBy(await this.database.run(purge(this.table, time, most)));
  }

  /** Reads rows and the clock in one statement. */
  private async read(conditions: readonly SqlFragment[]): Promise<Found> {
    const { clock, fromNothing } = this.database.dialect;
    const now = sql`SELECT 'clock' AS kind, '' AS id, '' AS revision, ${clock} AS keepuntil, NULL AS cutoff,
      ${noColumns}${fromNothing}`;
    const columns = sql`kind, id, revision, keep_until AS keepuntil, cut_off AS cutoff, ${selectedColumns}`;
    const rows = conditions.map((condition) => sql`SELECT ${columns} FROM ${this.table} WHERE ${condition}`);
    return readFound(await this.database.rows(join([now, ...rows], ' UNION ALL ')));
  }

  private async write(statement: SqlFragment, deadline: number): Promise<boolean> {
    const inTime = this.database.dialect.inTime(deadline);
    return (await this.database.change(sql`${statement} AND ${inTime}`, deadline)) > 0;
  }
}
