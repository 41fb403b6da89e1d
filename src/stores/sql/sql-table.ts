import type { EndSessions, LookUpQuery } from '../revocation-store.js';
import { channelOf } from './postgres-watch.js';
import { SqlLookUps } from './sql-look-ups.js';
import { endedWith, forgetNote, notedDenial, SqlNotes } from './sql-notes.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText, NEVER, noColumns, selectedColumns, sessionAssignments, type SessionRow } from './sql-record.js';
import {
  allColumns,
  cutOffRow,
  denialRow,
  hashOf,
  key,
  keysOf,
  newRevision,
  sessionRow,
  type NewDenialRow,
  type NewSessionRow,
} from './sql-rows.js';
import { readSnapshot, type SubjectSnapshot } from './sql-snapshot.js';
import { join, number, raw, sql, text, type SqlFragment } from './sql-statement.js';

/** The columns that a SELECT reads. */
const columns = sql`kind, id, revision, keep_until AS keepuntil, cut_off AS cutoff, ${selectedColumns}`;

/**
 * The table. It holds sessions, denied tokens and cut-offs, so that one statement changes all that must change in one step,
 * and the store needs no transaction. Every statement reaches its rows by an index.
 */
export class SqlTable {
  private readonly table: SqlFragment;
  /** The texts of `find`, by the kinds of its rows. */
  private readonly texts = new Map<string, string>();
  /** The columns of the row with the time, for a SELECT. */
  private readonly now: SqlFragment;
  /** The channel on which the statements that revoke something report the subject. */
  private readonly channel: string;
  /** The rows with notes. */
  readonly notes: SqlNotes;
  /** The look-ups of requests. */
  readonly lookUps: SqlLookUps;

  constructor(
    private readonly database: SqlConnection,
    name: string,
  ) {
    this.table = raw(name);
    this.channel = channelOf(name);
    this.notes = new SqlNotes(database, this.table, this.channel);
    this.lookUps = new SqlLookUps(database, this.table);
    const { clock, fromDual } = database.dialect;
    this.now = sql`'clock' AS kind, '' AS id, '' AS revision, ${clock} AS keepuntil, NULL AS cutoff, ${noColumns}${fromDual}`;
  }

  /** Reads a session, a denial and the cut-off of a subject. Each rotation does it, so the text is rendered once. */
  async find(query: LookUpQuery): Promise<SubjectSnapshot> {
    const keys = keysOf(query);
    const shape = keys.map(({ kind }) => kind).join();
    let statement = this.texts.get(shape);
    if (statement === undefined) {
      statement = this.database.textOf(this.select(keys.map(({ subject, kind, id }) => key(subject, kind, id))));
      this.texts.set(shape, statement);
    }
    const params = keys.flatMap(({ subject, id }) => [subject, id]);
    return readSnapshot(await this.database.rowsOf(statement, params));
  }

  /** Reads all sessions of a subject. */
  async findSessions(subject: string): Promise<SubjectSnapshot> {
    return this.read([sql`subject = ${text(subject)} AND kind = 'session'`]);
  }

  /** Reads the database's clock, in milliseconds. */
  async clock(): Promise<number> {
    return (await this.read([])).now;
  }

  /** Adds a session. Fails if it has a row. */
  async add(subject: string, row: NewSessionRow, deadline: number): Promise<boolean> {
    const { fromDual, inTime } = this.database.dialect;
    const statement = sql`INSERT INTO ${this.table} (${allColumns})
      SELECT ${text(subject)}, ${sessionRow(row)}${fromDual} WHERE ${inTime(deadline)}`;
    return (await this.database.change(statement, deadline, null)) > 0;
  }

  /** Adds a session and denies a `jti`, if the cut-off has not changed since. Fails if one of them has a row. */
  async adopt(
    subject: string,
    cutOffRevision: string,
    { session, denied }: { session: NewSessionRow; denied: NewDenialRow },
    deadline: number,
  ): Promise<boolean> {
    const rows = [sessionRow(session), denialRow(denied)];
    const by = cutOffRow(subject, cutOffRevision, deadline, this.channel);
    const { insertWithCutOff, changedRowsOf } = this.database.dialect;
    return changedRowsOf(await this.database.run(insertWithCutOff(this.table, allColumns, rows, by))) > 0;
  }

  /**
   * Replaces the row of a session. `false` if the row has changed since, or if it is too late. The change is reported only if
   * the session ends earlier than before: a rotation revokes no token that a process may remember.
   */
  async replace(subject: string, before: SessionRow, row: NewSessionRow, deadline: number): Promise<boolean> {
    const { session, ordinal, keepUntil } = row;
    return this.write(
      sql`UPDATE ${this.table} SET revision = ${newRevision()}, keep_until = ${number(keepUntil)},
        ${sessionAssignments(session, ordinal)}
        WHERE ${key(subject, 'session', encodeText(session.sid))} AND revision = ${text(before.revision)}`,
      deadline,
      keepUntil < before.keepUntil ? this.channel : null,
    );
  }

  /** Removes sessions; with a `revision`, only a session that has not changed since. `false` if no row was removed. */
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
      this.channel,
    );
  }

  /** Removes the rows of a session and of a denied `jti` if they have expired by a time. */
  async removeExpired(subject: string, sid: string, jti: string, time: number): Promise<void> {
    const ids = sql`${text(encodeText(sid))}, ${text(hashOf(jti))}`;
    await this.database.run(
      sql`DELETE FROM ${this.table} WHERE subject = ${text(subject)} AND kind IN ('session', 'denied')
        AND id IN (${ids}) AND keep_until <= ${number(time)}${this.database.dialect.returning(NEVER)}`,
    );
  }

  /** Denies a `jti` for so many milliseconds, or for longer if it is denied for longer already. */
  async deny(subject: string, jti: string, lifetime: number | null, deadline: number, note?: string): Promise<boolean> {
    const { dialect } = this.database;
    const { clock, insertAlias, least, fromDual, inTime, orProlong } = dialect;
    const until = sql`${least}(${clock} + ${number(lifetime ?? NEVER)}, ${number(NEVER)})`;
    const noted = note === undefined ? null : notedDenial(jti, note, dialect);
    const statement = sql`INSERT INTO ${this.table}${insertAlias} (subject, kind, id, revision, keep_until${noted?.columns ?? raw('')})
      SELECT ${text(subject)}, 'denied', ${text(hashOf(jti))}, ${newRevision()}, ${until}${noted?.values ?? raw('')}${fromDual}
      WHERE ${inTime(deadline)}${orProlong(deadline, noted?.assignments ?? forgetNote(dialect))}`;
    return (await this.database.change(statement, deadline, this.channel)) > 0;
  }

  /** Ends sessions and moves the cut-off. `false` if the cut-off has changed since it was read, or if it is too late. */
  async endSessions(
    { subject, before, except, note }: EndSessions,
    cutOffRevision: string,
    deadline: number,
  ): Promise<boolean> {
    const { clock, greatest, least, moveCutOff, changedRowsOf } = this.database.dialect;
    const time = number(before ?? NEVER);
    // "Now" ends all sessions, even those that were opened before the clock was put back.
    const condition = sql`kind = 'session' AND id <> ${text(encodeText(except ?? ''))}
      AND (opened_at <= ${time} OR ${time} >= ${clock})`;
    const ended = { condition, assignments: endedWith(note, clock) };
    const moved = sql`${greatest}(COALESCE(cut_off, ${number(-NEVER)}), ${least}(${time}, ${clock}))`;
    const by = cutOffRow(subject, cutOffRevision, deadline, this.channel);
    return changedRowsOf(await this.database.run(moveCutOff(this.table, moved, ended, by))) > 0;
  }

  /** Adds the row of a subject's cut-off, without a time, unless the row exists. */
  async prepareCutOff(subject: string): Promise<void> {
    const { insertAlias, fromDual, orIgnore, returning } = this.database.dialect;
    await this.database.run(
      sql`INSERT INTO ${this.table}${insertAlias} (subject, kind, id, revision, keep_until)
        SELECT ${text(subject)}, 'cut-off', '', ${newRevision()}, ${number(NEVER)}${fromDual}
        WHERE 1 = 1${orIgnore}${returning(NEVER)}`,
    );
  }

  /** Deletes up to `most` rows that have expired by a time. Returns how many were deleted. */
  async purge(time: number, most: number): Promise<number> {
    const { purge, changedRowsOf } = this.database.dialect;
    return changedRowsOf(await this.database.run(purge(this.table, time, most)));
  }

  /** Reads rows and the clock in one statement. */
  private async read(conditions: readonly SqlFragment[]): Promise<SubjectSnapshot> {
    return readSnapshot(await this.database.rows(this.select(conditions)));
  }

  private select(conditions: readonly SqlFragment[]): SqlFragment {
    const rows = conditions.map((condition) => sql`SELECT ${columns} FROM ${this.table} WHERE ${condition}`);
    return join([sql`SELECT ${this.now}`, ...rows], ' UNION ALL ');
  }

  private async write(statement: SqlFragment, deadline: number, channel: string | null): Promise<boolean> {
    const inTime = this.database.dialect.inTime(deadline);
    return (await this.database.change(sql`${statement} AND ${inTime}`, deadline, channel)) > 0;
  }
}
