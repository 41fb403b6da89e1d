import { createHash, randomBytes } from 'node:crypto';
import type { SessionRecord } from '../revocation-store.js';
import type { CutOffRow } from './sql-dialect.js';
import type { RowKind } from './sql-found.js';
import { encodeText, noColumns, sessionColumns, sessionValues } from './sql-record.js';
import { number, raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

/** A session to be written. */
export interface SessionToKeep {
  readonly session: SessionRecord;
  readonly ordinal: number;
  readonly keepUntil: number;
}

/** A `jti` to be denied. */
export interface Denial {
  readonly jti: string;
  readonly keepUntil: number;
}

/** The columns of a row that may be a session's. */
export const allColumns: SqlFragment = sql`subject, kind, id, revision, keep_until, ${sessionColumns}`;

/** The values of a session's row, from the column `kind` on. */
export function sessionRow({ session, ordinal, keepUntil }: SessionToKeep): SqlFragment {
  const id = text(encodeText(session.sid));
  return sql`'session', ${id}, ${newRevision()}, ${number(keepUntil)}, ${sessionValues(session, ordinal)}`;
}

/** The values of the row of a denied `jti`, from the column `kind` on. */
export function denialRow({ jti, keepUntil }: Denial): SqlFragment {
  return sql`'denied', ${text(hashOf(jti))}, ${newRevision()}, ${number(keepUntil)}, ${noColumns}`;
}

/** The row of a subject's cut-off, as it was read. */
export function cutOffRow(subject: string, revision: string, deadline: number): CutOffRow {
  return {
    unchanged: sql`${key(subject, 'cut-off', '')} AND revision = ${text(revision)}`,
    subject: sql`subject = ${text(subject)}`,
    revision: newRevision(),
    deadline,
  };
}

/** The condition that it is the row of this key. */
export function key(subject: string, kind: RowKind, id: string): SqlFragment {
  return sql`subject = ${text(subject)} AND kind = ${raw(`'${kind}'`)} AND id = ${text(id)}`;
}

/** An id of any length and of any characters, as one that fits into an index. */
export function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** A revision that no row has. */
export function newRevision(): SqlValue {
  return text(randomBytes(12).toString('base64url'));
}
