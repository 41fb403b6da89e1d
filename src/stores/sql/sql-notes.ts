import type { NotedPage, NotedRevocation, SessionPageQuery } from '../revocation-store.js';
import type { SqlDialect } from './sql-dialect.js';
import type { SqlConnection } from './sql-query.js';
import { decodeText, encodeText, NEVER } from './sql-record.js';
import type { SqlRow } from './sql-result.js';
import { key, newRevision } from './sql-rows.js';
import { number, raw, sql, text, type SqlFragment } from './sql-statement.js';

// Only statements with notes name the columns `note` and `noted_at`. So the store works with a table that lacks them, until
// the application passes a note.

/** How many rows one statement reads. */
const ROWS_AT_ONCE = 512;

/** The kinds of rows that can have a note, in the order in which they are listed. */
const KINDS = ['denied', 'ended'];

/** Where a page begins: a kind, and the id of the row before the page. An id has only printable characters. */
const POSITION = /^(denied|ended)(?: ([ -~]{0,128}))?$/;

/** The tokens of a session that ended are of no use any more. */
const FORGET_TOKENS = raw('current_token = NULL, parent_token = NULL, csrf = NULL');

/**
 * The assignments that end a session. With a note the row stays as long as before, under a kind that no look-up reads. They
 * change nothing in a row of another kind. MariaDB makes assignments from left to right, so `kind` is the last one.
 */
export function endedWith(note: string | undefined, clock: SqlFragment): SqlFragment {
  if (note === undefined) return raw("keep_until = CASE WHEN kind = 'session' THEN 0 ELSE keep_until END");
  return sql`note = CASE WHEN kind = 'session' THEN ${text(encodeText(note))} END,
    noted_at = CASE WHEN kind = 'session' THEN ${clock} END, ${FORGET_TOKENS},
    kind = CASE WHEN kind = 'session' THEN 'ended' ELSE kind END`;
}

/** The parts of the INSERT of a denial with a note. `current_token` has the `jti`, since the id is a hash. */
export function notedDenial(jti: string, note: string, { clock, existing, proposed }: SqlDialect) {
  const hasNote = sql`${existing('keep_until')} > ${clock} AND ${existing('current_token')} IS NOT NULL`;
  const keepFirst = (column: string) =>
    sql`${raw(column)} = CASE WHEN ${hasNote} THEN ${existing(column)} ELSE ${proposed(column)} END, `;
  return {
    columns: raw(', note, noted_at, current_token'),
    values: sql`, ${text(encodeText(note))}, ${clock}, ${text(encodeText(jti))}`,
    assignments: sql`${keepFirst('note')}${keepFirst('noted_at')}${keepFirst('current_token')}`,
  };
}

/** A denial that had expired loses its note when the `jti` is denied again. */
export function forgetNote({ clock, existing }: SqlDialect): SqlFragment {
  return sql`current_token = CASE WHEN ${existing('keep_until')} > ${clock} THEN ${existing('current_token')} END, `;
}

/** The rows of what was revoked with a note: sessions that ended have the kind `ended`, and denials have a `jti`. */
export class SqlNotes {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
    private readonly channel: string,
  ) {}

  /** Ends a session with a note. `false` if there is no such session, or if it is too late. */
  async endSession(subject: string, sid: string, deadline: number, note: string): Promise<boolean> {
    const { clock, inTime } = this.database.dialect;
    await this.makeRoom(subject);
    const statement = sql`UPDATE ${this.table} SET revision = ${newRevision()}, ${endedWith(note, clock)}
      WHERE ${key(subject, 'session', encodeText(sid))} AND keep_until > ${clock} AND ${inTime(number(deadline))}`;
    return (await this.database.change(statement, deadline, this.channel)) > 0;
  }

  /** Removes the rows of ended sessions whose ids have been opened again: their primary keys are needed. */
  async makeRoom(subject: string): Promise<void> {
    const { returning } = this.database.dialect;
    await this.database.run(
      sql`DELETE FROM ${this.table} WHERE subject = ${text(subject)} AND kind = 'ended' AND id IN
        (SELECT id FROM (SELECT id FROM ${this.table} WHERE subject = ${text(subject)} AND kind = 'session') AS opened)${returning(number(NEVER))}`,
    );
  }

  /**
   * Some of what was revoked of a subject with a note, in the order of the primary keys. Rows without a note are left out here, so a
   * statement reads few rows of a subject with many denials.
   */
  async page(subject: string, { limit, after }: SessionPageQuery): Promise<NotedPage> {
    const [, kind, start] = after === null ? [after, KINDS[0], undefined] : (POSITION.exec(after) ?? []);
    if (kind === undefined) return { entries: [], next: null };
    // Few different numbers, so that few texts exist.
    const most = 2 ** Math.floor(Math.log2(Math.min(limit, ROWS_AT_ONCE)));
    const from = start === undefined ? raw('') : sql` AND id > ${text(start)}`;
    const rows = await this.database.rows(
      sql`SELECT kind, id, current_token AS jti, opened_at AS openedat, used_at AS usedat, expires_at AS expiresat, device,
        note, noted_at AS notedat, keep_until AS keepuntil, ${this.database.dialect.readClock} AS now FROM ${this.table}
        WHERE subject = ${text(subject)} AND kind = ${raw(`'${kind}'`)}${from} ORDER BY id LIMIT ${raw(String(most))}`,
    );
    const noted = rows.filter(isNoted).sort((left, right) => Number(right.notedat) - Number(left.notedat));
    const last = rows.length === most ? `${kind} ${rows.at(-1)?.id as string}` : null;
    return { entries: noted.map(readNoted), next: last ?? KINDS[KINDS.indexOf(kind) + 1] ?? null };
  }
}

/** A denial without a note has no `jti`. */
function isNoted({ kind, jti, keepuntil, now }: SqlRow): boolean {
  return Number(keepuntil) > Number(now) && (kind === 'ended' || (jti ?? null) !== null);
}

function readNoted(row: SqlRow): NotedRevocation {
  const note = decodeText(row.note as string);
  const createdAt = Math.floor(Number(row.notedat));
  if (row.kind === 'denied') return { session: null, jti: decodeText(row.jti as string), note, createdAt };
  const [openedAt, lastUsedAt] = [Number(row.openedat), Number(row.usedat)];
  const expiresAt = (row.expiresat ?? null) === null ? null : Number(row.expiresat);
  const device = (row.device ?? null) === null ? null : decodeText(row.device as string);
  const session = { sid: decodeText(row.id as string), openedAt, lastUsedAt, expiresAt, device };
  return { session, jti: null, note, createdAt };
}
