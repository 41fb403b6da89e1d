import type { SessionRecord } from '../revocation-store.js';
import type { SqlRow } from './sql-result.js';
import type { TextFunctions } from './sql-dialect.js';
import {
  join,
  named,
  number,
  raw,
  sql,
  text,
  type SqlFragment,
  type SqlParameter,
  type SqlValue,
} from './sql-statement.js';

/** `keep_until` of a row that never expires. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** The columns that only sessions have. */
interface SessionColumns extends Omit<SessionRecord, 'sid'> {
  /** Grows with each use of a session, also within one millisecond. It orders the sessions of a subject. */
  readonly ordinal: number;
}

/** The row of a session, as it was read. */
export interface SessionRow {
  readonly record: SessionRecord;
  readonly ordinal: number;
  /** Sessions end together by their generation: see `sql-endings.ts`. */
  readonly generation: number;
  /** Every change gives the row another revision. */
  readonly revision: string;
  readonly keepUntil: number;
}

type Column = readonly [field: keyof SessionColumns, column: string, type: 'text' | 'number'];
type RecordColumn = readonly [field: Exclude<keyof SessionColumns, 'ordinal'>, column: string, type: 'text' | 'number'];

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

/** The columns of a record. */
const RECORD_COLUMNS = COLUMNS.filter((column): column is RecordColumn => column[0] !== 'ordinal');

/** Some applications have their driver rename columns with underscores. An alias without them stays as it is. */
const aliasOf = (column: string) => column.replaceAll('_', '');

/** The columns of a session, for an INSERT. */
export const sessionColumns: SqlFragment = raw(COLUMNS.map(([, column]) => column).join(', '));

/** The columns of a session, for a SELECT. */
export const selectedColumns: SqlFragment = raw(
  COLUMNS.map(([, column]) => `${column} AS ${aliasOf(column)}`).join(', '),
);

/** The same columns in a row that is no session. */
export const noColumns: SqlFragment = raw(COLUMNS.map(([, column]) => `NULL AS ${aliasOf(column)}`).join(', '));

/** Ends a column in a text of several columns. Encoded text has hexadecimal digits after each `%`. */
export const END = '%|';
/** A column without a value in the text of a session. */
const NONE = '%-';

/** The columns of a session, and its generation, as one text. `textOf` converts a number without loss. */
export function sessionText({ number: textOf, concat }: TextFunctions): SqlFragment {
  const parts = RECORD_COLUMNS.flatMap(([, column, type]) => {
    const value = type === 'number' ? textOf(raw(column)) : raw(column);
    return [sql`COALESCE(${value}, '${raw(NONE)}')`, raw(`'${END}'`)];
  });
  return concat([...parts, textOf(raw('COALESCE(cut_off, 0)'))]);
}

/** A session in a text. */
export interface TextSession {
  readonly generation: number;
  readonly record: SessionRecord;
}

/** The session in a text that was selected with `sessionText`. */
export function readSessionText(written: string, sid: string): TextSession {
  const values = written.split(END);
  if (values.length !== RECORD_COLUMNS.length + 1) throw new TypeError('The row of a session is incomplete.');
  const fields = RECORD_COLUMNS.map(([field, , type], index) => {
    const value = values[index] as string;
    return [field, value === NONE ? null : type === 'number' ? Number(value) : decodeText(value)] as const;
  });
  const record = { sid, ...(Object.fromEntries(fields) as unknown as Omit<SessionRecord, 'sid'>) };
  return { generation: Number(values.at(-1)), record };
}

/** The values of the columns of a session, for an INSERT. */
export function sessionValues(session: SessionRecord, ordinal: number): SqlFragment {
  return join(columnValues({ ...session, ordinal }), ', ');
}

function columnValues(columns: SessionColumns): SqlValue[] {
  return COLUMNS.map(([field, , type]) => {
    const value = columns[field];
    return type === 'number' ? number(value as number | null) : text(value === null ? null : encodeText(String(value)));
  });
}

/** Parameters for the columns of a session, for an INSERT that is rendered once. */
export const namedValues: SqlFragment = join(
  COLUMNS.map(([, column, type]) => named(type, column)),
  ', ',
);

/** The same for an UPDATE. */
export const namedAssignments: SqlFragment = join(
  COLUMNS.map(([, column, type]) => sql`${raw(column)} = ${named(type, column)}`),
  ', ',
);

/** The values of these parameters. */
export function namedParameters(session: SessionRecord, ordinal: number): Record<string, SqlParameter> {
  const parameters: Record<string, SqlParameter> = { ordinal };
  for (const [field, column, type] of RECORD_COLUMNS) {
    const value = session[field];
    parameters[column] = value === null || type === 'number' ? value : encodeText(String(value));
  }
  return parameters;
}

/** The session of a row that was selected with `selectedColumns`. */
export function readSession(row: SqlRow): SessionRow {
  const fields = COLUMNS.map(([field, column, type]) => {
    const value = row[aliasOf(column)] ?? null;
    return [field, value === null ? null : type === 'number' ? Number(value) : decodeText(value as string)] as const;
  });
  const { ordinal, ...record } = Object.fromEntries(fields) as unknown as SessionColumns;
  const sid = decodeText(row.id as string);
  const [generation, keepUntil] = [Number(row.cutoff ?? 0), Number(row.keepuntil)];
  return { record: { sid, ...record }, ordinal, generation, revision: row.revision as string, keepUntil };
}

/**
 * A text as the table holds it: printable ASCII without quotes. PostgreSQL refuses the character U+0000, a database or a
 * connection may use an encoding that lacks characters, and quotes need a driver that escapes them correctly.
 */
export function encodeText(value: string): string {
  return value.replace(/[^ -~]|['"\\%]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text that a column holds. */
export function decodeText(value: string): string {
  return value.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(parseInt(unit, 16)));
}
