import { isEnded } from '../endings.js';
import type { LookUp, LookUpQuery } from '../revocation-store.js';
import { QueryKeys } from '../query-keys.js';
import { ReadSessions } from '../read-sessions.js';
import type { SqlConnection } from './sql-query.js';
import { readEndings } from './sql-endings.js';
import { END, readSessionText, sessionText, type TextSession } from './sql-record.js';
import type { SqlRow } from './sql-result.js';
import { idsOf } from './sql-rows.js';
import type { RowKind } from './sql-snapshot.js';
import { raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

/**
 * The look-ups of requests. Each one is a row with three columns: cut-off, session and denial. The session is a text, since
 * drivers need time for each column, and a text that has not changed is not parsed again. The cut-off is a text with the endings.
 */
export class SqlLookUps {
  /** The texts of `one`, by the ids that the query has. */
  private readonly texts = new Map<string, string>();
  private readonly session: SqlFragment;
  private readonly cutOff: SqlFragment;
  private readonly read = new ReadSessions<TextSession>(readSessionText);
  private readonly ids = new QueryKeys(idsOf);
  /** A row can be deleted some time after its end. */
  private readonly isCurrent: SqlFragment;

  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
  ) {
    const { readClock, textOf } = database.dialect;
    this.session = sessionText(textOf);
    this.cutOff = textOf.concat([
      sql`COALESCE(${textOf.number(raw('cut_off'))}, '')`,
      raw(`'${END}'`),
      raw("COALESCE(device, '')"),
    ]);
    this.isCurrent = sql`keep_until > ${readClock}`;
  }

  /** One SELECT. */
  async one(query: LookUpQuery): Promise<LookUp> {
    const { subject, sid, jti } = this.ids.of(query);
    const shape = `${query.sid === null} ${query.jti === null}`;
    let statement = this.texts.get(shape);
    if (statement === undefined) {
      const columns = this.columns(
        text(subject),
        query.sid === null ? null : text(sid),
        query.jti === null ? null : text(jti),
      );
      statement = this.database.textOf(sql`SELECT ${columns}${this.database.dialect.fromDual}`);
      this.texts.set(shape, statement);
    }
    const params = [subject];
    if (query.sid !== null) params.push(subject, sid);
    if (query.jti !== null) params.push(subject, jti);
    const [row] = await this.database.rowsOf(statement, params);
    return readLookUp(query, row, this.read);
  }

  /** One SELECT for all. */
  async many(queries: readonly LookUpQuery[]): Promise<LookUp[]> {
    const columns = this.columns(raw('wanted.subject'), raw('wanted.sid'), raw('wanted.jti'));
    const wanted = this.database.dialect.wanted(queries.map((query) => this.ids.of(query)));
    const rows = await this.database.rows(sql`SELECT wanted.position, ${columns} FROM ${wanted}`);
    const byPosition = new Map(rows.map((row) => [Number(row.position), row]));
    return queries.map((query, index) => readLookUp(query, byPosition.get(index + 1), this.read));
  }

  private columns(subject: Part, sid: Part | null, jti: Part | null): SqlFragment {
    const find = (column: SqlFragment, kind: RowKind, id: Part | null) =>
      id === null
        ? raw('NULL')
        : sql`(SELECT ${column} FROM ${this.table} AS entry
            WHERE entry.subject = ${subject} AND entry.kind = ${raw(`'${kind}'`)} AND entry.id = ${id} AND ${this.isCurrent})`;
    return sql`${find(this.cutOff, 'cut-off', raw("''"))} AS cutoff, ${find(this.session, 'session', sid)} AS session,
      ${find(raw('1'), 'denied', jti)} AS denied`;
  }
}

type Part = SqlFragment | SqlValue;

function readLookUp({ sid }: LookUpQuery, row: SqlRow | undefined, sessions: ReadSessions<TextSession>): LookUp {
  if (row === undefined) {
    throw new TypeError('SqlRevocationStore option "query" did not return a row: it must return all rows.');
  }
  const { session = null, denied = null, cutoff = null } = row;
  const [cutOff = '', device] = cutoff === null ? [] : textOf(cutoff).split(END);
  const read = sid === null || session === null ? null : sessions.read(sid, textOf(session));
  return {
    session: read === null || isEnded(read, readEndings(device)) ? null : read.record,
    denied: denied !== null,
    cutOff: cutOff === '' ? null : Math.floor(Number(cutOff)),
  };
}

/** Some drivers return a text as bytes. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString();
}
