import type { EndSessions, LookUpQuery } from '../revocation-store.js';
import { SqlEndedRows } from './sql-ended-rows.js';
import type { StoredEndings } from './sql-endings.js';
import { channelOf } from './postgres-watch.js';
import { SqlLookUps } from './sql-look-ups.js';
import { endedWith, forgetNote, notedDenial, SqlNotes } from './sql-notes.js';
import { SqlPages } from './sql-pages.js';
import type { SqlConnection } from './sql-query.js';
import { encodeText, NEVER, noColumns, selectedColumns } from './sql-record.js';
import {
  allColumns,
  cutOffRow,
  denialRow,
  hashOf,
  idList,
  key,
  keysOf,
  newRevision,
  sessionRow,
  type NewDenialRow,
  type NewSessionRow,
} from './sql-rows.js';
import { SqlRotation, type Rotation } from './sql-rotation.js';
import { SqlSessionRows } from './sql-session-rows.js';
import { SqlShortRotation } from './sql-short-rotation.js';
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
  /** The rows of sessions, to be added or replaced. */
  readonly sessionRows: SqlSessionRows;
  /** Rotations of current tokens. */
  readonly rotation: Rotation;
  /** The look-ups of requests. */
  readonly lookUps: SqlLookUps;
  /** Sessions that ended together. */
  readonly ended: SqlEndedRows;
  /** Sessions in the order of their last use. */
  readonly pages: SqlPages;

  constructor(
    private readonly database: SqlConnection,
    name: string,
  ) {
    this.table = raw(name);
    this.channel = channelOf(name);
    this.notes = new SqlNotes(database, this.table, this.channel);
    this.sessionRows = new SqlSessionRows(database, this.table, this.channel);
    this.rotation = database.dialect.returnsRows
      ? new SqlRotation(database, this.table)
      : new SqlShortRotation(database, this.table, this.sessionRows);
    this.lookUps = new SqlLookUps(database, this.table);
    this.ended = new SqlEndedRows(database, this.table, this.channel);
    const head = (subject: string) => this.select([this.cutOffOf(subject)]);
    this.pages = new SqlPages(database, this.table, head, columns, this.channel);
    const { clock, fromDual } = database.dialect;
    this.now = sql`${onlyNumber('clock', clock)}${fromDual}`;
  }

  /** Reads a session, a denial and the cut-off of a subject. Each rotation does it, so the text is rendered once. */
  async find(query: LookUpQuery): Promise<SubjectSnapshot> {
    const keys = keysOf(query);
    const shape = keys.map(({ kind }) => kind).join();
    let statement = this.texts.get(shape);
    if (statement === undefined) {
      statement = this.database.textOf(
        this.select(keys.map(({ subject, kind, id }) => this.rows(key(subject, kind, id)))),
      );
      this.texts.set(shape, statement);
    }
    const params = keys.flatMap(({ subject, id }) => [subject, id]);
    return readSnapshot(await this.database.rowsOf(statement, params));
  }

  /** Reads a session, the cut-off, and the largest ordinal of the subject's sessions. */
  findWithLast(subject: string, sid: string): Promise<SubjectSnapshot> {
    const own = this.rows(key(subject, 'session', encodeText(sid)));
    const last = sql`${onlyNumber('last', raw('MAX(ordinal)'))} FROM ${this.table} WHERE ${sessionsOf(subject)}`;
    return this.read([this.cutOffOf(subject), own, last]);
  }

  /** Reads a session, the cut-off, and how many sessions the subject has, up to a limit. */
  findWithCount(subject: string, sid: string, most: number): Promise<SubjectSnapshot> {
    const own = this.rows(key(subject, 'session', encodeText(sid)));
    const some = sql`SELECT 1 AS one FROM ${this.table} WHERE ${sessionsOf(subject)} LIMIT ${raw(String(most))}`;
    return this.read([
      this.cutOffOf(subject),
      own,
      sql`${onlyNumber('count', raw('COUNT(*)'))} FROM (${some}) AS counted`,
    ]);
  }

  /** Reads the database's clock, in milliseconds. */
  async clock(): Promise<number> {
    return (await this.read([])).now;
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

  /** Removes a session; with a `revision`, only if it has not changed since. `false` if no row was removed. */
  remove(subject: string, sid: string, deadline: number, revision?: string): Promise<boolean> {
    const unchanged = revision === undefined ? raw('') : sql` AND revision = ${text(revision)}`;
    const statement = sql`DELETE FROM ${this.table} WHERE ${key(subject, 'session', encodeText(sid))}${unchanged}`;
    return this.write(statement, deadline, this.channel);
  }

  /** Removes sessions by the ids of their rows. `false` if no row was removed. */
  removeIds(subject: string, ids: readonly string[], deadline: number): Promise<boolean> {
    const statement = sql`DELETE FROM ${this.table} WHERE ${sessionsOf(subject)} AND id IN (${idList(ids)})`;
    return this.write(statement, deadline, this.channel);
  }

  /** Removes the rows of a session and of a denied `jti` if they have expired by a time. */
  async removeExpired(subject: string, sid: string, jti: string, time: number): Promise<void> {
    const ids = sql`${text(encodeText(sid))}, ${text(hashOf(jti))}`;
    await this.database.run(
      sql`DELETE FROM ${this.table} WHERE subject = ${text(subject)} AND kind IN ('session', 'denied')
        AND id IN (${ids}) AND keep_until <= ${number(time)}${this.database.dialect.returning(number(NEVER))}`,
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
      WHERE ${inTime(number(deadline))}${orProlong(number(deadline), noted?.assignments ?? forgetNote(dialect))}`;
    return (await this.database.change(statement, deadline, this.channel)) > 0;
  }

  /** Ends sessions and moves the cut-off. `false` if the cut-off has changed since it was read, or if it is too late. */
  async endSessions(
    { subject, before, except, note }: EndSessions,
    cutOffRevision: string,
    deadline: number,
  ): Promise<boolean> {
    const { clock, moveCutOff, changedRowsOf } = this.database.dialect;
    const time = number(before ?? NEVER);
    // "Now" ends all sessions, even those that were opened before the clock was put back.
    const condition = sql`kind = 'session' AND id <> ${text(encodeText(except ?? ''))}
      AND (opened_at <= ${time} OR ${time} >= ${clock})`;
    const ended = { condition, assignments: endedWith(note, clock) };
    const by = cutOffRow(subject, cutOffRevision, deadline, this.channel);
    return changedRowsOf(await this.database.run(moveCutOff(this.table, this.movedTo(before), ended, by))) > 0;
  }

  /** Ends many sessions by one small write, and moves the cut-off. `false` as for `endSessions`. */
  endMany(
    { subject, before }: EndSessions,
    endings: StoredEndings,
    revision: string,
    deadline: number,
  ): Promise<boolean> {
    return this.ended.write(subject, { endings, cutOff: this.movedTo(before), revision }, deadline);
  }

  /** The time to which a cut-off moves. It never moves back, or into the future. */
  private movedTo(before: number | null): SqlFragment {
    const { clock, greatest, least } = this.database.dialect;
    return sql`${greatest}(COALESCE(cut_off, ${number(-NEVER)}), ${least}(${number(before ?? NEVER)}, ${clock}))`;
  }

  /** Adds the row of a subject's cut-off, without a time, unless the row exists. */
  async prepareCutOff(subject: string): Promise<void> {
    const { insertAlias, fromDual, orIgnore, returning } = this.database.dialect;
    await this.database.run(
      sql`INSERT INTO ${this.table}${insertAlias} (subject, kind, id, revision, keep_until)
        SELECT ${text(subject)}, 'cut-off', '', ${newRevision()}, ${number(NEVER)}${fromDual}
        WHERE 1 = 1${orIgnore}${returning(number(NEVER))}`,
    );
  }

  /** Deletes up to `most` rows that have expired by a time. Returns how many were deleted. */
  async purge(time: number, most: number): Promise<number> {
    const { purge, changedRowsOf } = this.database.dialect;
    return changedRowsOf(await this.database.run(purge(this.table, time, most)));
  }

  /** Reads rows and the clock in one statement. */
  private async read(rows: readonly SqlFragment[]): Promise<SubjectSnapshot> {
    return readSnapshot(await this.database.rows(this.select(rows)));
  }

  private select(rows: readonly SqlFragment[]): SqlFragment {
    const selected = [this.now, ...rows].map((row) => sql`SELECT ${row}`);
    return join(selected, ' UNION ALL ');
  }

  private rows(condition: SqlFragment): SqlFragment {
    return sql`${columns} FROM ${this.table} WHERE ${condition}`;
  }

  private cutOffOf(subject: string): SqlFragment {
    return this.rows(key(subject, 'cut-off', ''));
  }

  private async write(statement: SqlFragment, deadline: number, channel: string | null): Promise<boolean> {
    const inTime = this.database.dialect.inTime(number(deadline));
    return (await this.database.change(sql`${statement} AND ${inTime}`, deadline, channel)) > 0;
  }
}

/** The columns of a row that holds only a number, for a SELECT. */
function onlyNumber(kind: string, value: SqlFragment): SqlFragment {
  return sql`${raw(`'${kind}'`)} AS kind, '' AS id, '' AS revision, ${value} AS keepuntil, NULL AS cutoff, ${noColumns}`;
}

function sessionsOf(subject: string): SqlFragment {
  return sql`subject = ${text(subject)} AND kind = 'session'`;
}
