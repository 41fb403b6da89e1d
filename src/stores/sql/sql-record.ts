import type { SessionRecord } from '../revocation-store.js';
import type { SqlRow } from './sql-result.js';
import { number, raw, sql, text, join, type SqlFragment, type SqlValue } from './sql-statement.js';

/** A row of something that never ends is kept until this time. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** What a session's row holds besides the columns that all rows have. */
interface StoredRecord extends Omit<SessionRecord, 'sid'> {
  /** Grows with each use, to tell apart what happened within one millisecond. */
  readonly ordinal: number;
}

/** A session as a row keeps it. */
export interface StoredSession {
  readonly record: SessionRecord;
  readonly ordinal: number;
  /** Another one after each change. */
  readonly revision: string;
  readonly keepUntil: number;
}

type Column = readonly [field: keyof StoredRecord, column: string, type: 'text' | 'number'];

const COLUMNS: readonly Column[] = [
  ['currentId', 'current_token', 'text'],
  ['parentId', 'parent_token', 'text'],
  ['rotatedAt', 'rotated_at', 'number'],
  ['issuedAt', 'token_issued', 'number'],
  ['refreshExpires', 'token_expires', 'number'],
  ['csrf', 'csrf', 'text'],
  ['openedAt', 'opened_at', 'number'],
  ['lastUsedAt', 'used_at', 'number'],
  ['expiresAt', 'expires_at', 'number'],
  ['device', 'device', 'text'],
  ['ordinal', 'ordinal', 'number'],
];

/** Some applications have their driver rename columns with underscores; these names nobody renames. */
const aliasOf = (column: string) => column.replaceAll('_', '');

/** The columns of a session, separated by commas. */
export const sessionColumns: SqlFragment = raw(COLUMNS.map(([, column]) => column).join(', '));

/** The same, to be selected. */
export const selectedColumns: SqlFragment = raw(
  COLUMNS.map(([, column]) => `${column} AS ${aliasOf(column)}`).join(', '),
);

/** As many times nothing, under the same names. */
export const noColumns: SqlFragment = raw(COLUMNS.map(([, column]) => `NULL AS ${aliasOf(column)}`).join(', '));

/** The values of a session's columns, in their order. */
export function sessionValues(session: SessionRecord, ordinal: number): SqlFragment {
  return join(columnValues({ ...session, ordinal }), ', ');
}

/** What an UPDATE of a session sets. */
export function sessionAssignments(session: SessionRecord, ordinal: number): SqlFragment {
  const values = columnValues({ ...session, ordinal });
  return join(
    values.map((value, index) => sql`${raw((COLUMNS[index] as Column)[1])} = ${value}`),
    ', ',
  );
}

function columnValues(record: StoredRecord): SqlValue[] {
  return COLUMNS.map(([field, , type]) => {
    const value = record[field];
    return type === 'number' ? number(value as number | null) : text(value === null ? null : encodeText(String(value)));
  });
}

/** The session in a row that was selected with the columns above. */
export function readSession(row: SqlRow): StoredSession {
  const fields = COLUMNS.map(([field, column, type]) => {
    const value = row[aliasOf(column)] ?? null;
    return [field, value === null ? null : type === 'number' ? Number(value) : decodeText(value as string)] as const;
  });
  const { ordinal, ...record } = Object.fromEntries(fields) as unknown as StoredRecord;
  const sid = decodeText(row.id as string);
  return {
    record: { sid, ...record },
    ordinal,
    revision: row.revision as string,
    keepUntil: Number(row.keepuntil),
  };
}

/**
 * A text as it is kept: printable ASCII without quotes, whatever it is made of. PostgreSQL takes no character 0, databases
 * and connections have encodings, and quotes are what an escaping that is set up wrongly fails at.
 */
export function encodeText(value: string): string {
  return value.replace(/[^ -~]|['"\\%]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function decodeText(value: string): string {
  return value.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(parseInt(unit, 16)));
}
