import { hash, randomUUID } from 'node:crypto';
import type { LookUpQuery, SessionRecord } from '../revocation-store.js';
import type { CutOffRow, RowIds } from './sql-dialect.js';
import { encodeText, noColumns, sessionColumns, sessionValues } from './sql-record.js';
import type { RowKind } from './sql-snapshot.js';
import { join, number, raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

/** The row of a session, to be written. */
export interface NewSessionRow {
  readonly session: SessionRecord;
  readonly ordinal: number;
  readonly generation: number;
  readonly keepUntil: number;
}

/** The row of a denied `jti`, to be written. */
export interface NewDenialRow {
  readonly jti: string;
  readonly keepUntil: number;
}

/** A primary key. */
export interface RowKey {
  readonly subject: string;
  readonly kind: RowKind;
  readonly id: string;
}

/** Some rows of a subject in the order of their ids: those after one id, up to another one. */
export interface IdRange {
  readonly after: string;
  readonly last: string;
}

/** The columns of a session's row. */
export const allColumns: SqlFragment = sql`subject, kind, id, revision, keep_until, cut_off, ${sessionColumns}`;

/** The values of a session's row, from the column `kind` on. */
export function sessionRow({ session, ordinal, generation, keepUntil }: NewSessionRow): SqlFragment {
  const first = sql`'session', ${text(encodeText(session.sid))}, ${newRevision()}, ${number(keepUntil)}`;
  return sql`${first}, ${number(generation || null)}, ${sessionValues(session, ordinal)}`;
}

/** The values of the row of a denied `jti`, from the column `kind` on. */
export function denialRow({ jti, keepUntil }: NewDenialRow): SqlFragment {
  return sql`'denied', ${text(hashOf(jti))}, ${newRevision()}, ${number(keepUntil)}, NULL, ${noColumns}`;
}

/** The row of a subject's cut-off that was read with this revision. */
export function cutOffRow(subject: string, revision: string, deadline: number, channel: string): CutOffRow {
  return {
    unchanged: sql`${key(subject, 'cut-off', '')} AND revision = ${text(revision)}`,
    subject: sql`subject = ${text(subject)}`,
    revision: newRevision(),
    deadline: number(deadline),
    channel,
  };
}

/** The condition that selects a row by its primary key. */
export function key(subject: string, kind: RowKind, id: string): SqlFragment {
  return sql`subject = ${text(subject)} AND kind = ${raw(`'${kind}'`)} AND id = ${text(id)}`;
}

/** The primary keys that a look-up reads. */
export function keysOf({ subject, sid, jti }: LookUpQuery): RowKey[] {
  const keys: RowKey[] = [{ subject, kind: 'cut-off', id: '' }];
  if (sid !== null) keys.push({ subject, kind: 'session', id: encodeText(sid) });
  if (jti !== null) keys.push({ subject, kind: 'denied', id: hashOf(jti) });
  return keys;
}

/** The ids of the same rows. Encoded text has hexadecimal digits after each `%`, so no row has the id `%`. */
export function idsOf({ subject, sid, jti }: LookUpQuery): RowIds {
  return { subject, sid: sid === null ? '%' : encodeText(sid), jti: jti === null ? '%' : hashOf(jti) };
}

/** The condition that selects the sessions of a subject in a range. Databases read no other row, however many sessions there are. */
export function sessionsIn(subject: string, { after, last }: IdRange): SqlFragment {
  return sql`subject = ${text(subject)} AND kind = 'session' AND id > ${text(after)} AND id <= ${text(last)}`;
}

/** A list of ids, as the table holds them. */
export function idList(ids: readonly string[]): SqlFragment {
  return join(repeated(ids).map(text), ', ');
}

/** Repeats values until there are 2, 4, 8, 16 … of them, so that few texts exist. */
function repeated<T>(values: readonly T[]): T[] {
  const count = 2 ** Math.ceil(Math.log2(Math.max(2, values.length)));
  return Array.from({ length: count }, (_, index) => values[index % values.length] as T);
}

/** The hash of a `jti`. A `jti` can have any length and any characters; its hash fits into an index. */
export function hashOf(jti: string): string {
  return hash('sha256', jti, 'base64url');
}

/** A revision that no row has. */
export function newRevision(): SqlValue {
  return text(revisionText());
}

/** The text of one: the last 16 characters of a UUID, with 60 random bits. */
export function revisionText(): string {
  return randomUUID().slice(20);
}
