/** What the store does about a failed statement. */
export type SqlFailure = 'conflict' | 'duplicate' | 'late';

/** SQLSTATEs, numbers and names, as drivers give them. */
const FAILURES: Readonly<Record<SqlFailure, RegExp>> = {
  // Serialization failures and deadlocks, lock waits that were given up, SQLite in use by another connection.
  conflict: /^(40001|40P01|55P03|1213|1205|1020|P2034|SQLITE_(BUSY|LOCKED).*)$/,
  duplicate: /^(23505|1062|SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE))$/,
  // Raised by our own statements alone, in `inTime` and `returning` of the dialects.
  late: /^(22012|1690)$/,
};

/** For drivers that say it in words only. */
const MESSAGES: readonly (readonly [RegExp, SqlFailure])[] = [
  [/database( table)? is locked/, 'conflict'],
  [/UNIQUE constraint failed/, 'duplicate'],
];

/** The properties in which drivers and what is built on them keep a code. */
const CODES = ['code', 'errno', 'sqlState', 'originalCode'];

/** Where they keep the error of the driver below. */
const CAUSES = ['cause', 'driverError', 'original', 'meta', 'driverAdapterError'];

const DEPTH = 5;

/** What a failure is, if it is one the store knows how to go on after; `null` is for the caller. */
export function failureOf(error: unknown, depth = DEPTH): SqlFailure | null {
  if (typeof error !== 'object' || error === null || depth === 0) return null;
  const fields = error as Record<string, unknown>;
  const codes = CODES.map((name) => fields[name]).filter(
    (code) => typeof code === 'string' || typeof code === 'number',
  );
  const known = Object.entries(FAILURES).find(([, pattern]) => codes.some((code) => pattern.test(String(code))));
  if (known !== undefined) return known[0] as SqlFailure;
  const said = MESSAGES.find(([pattern]) => typeof fields.message === 'string' && pattern.test(fields.message));
  if (said !== undefined) return said[1];
  return CAUSES.map((name) => failureOf(fields[name], depth - 1)).find((failure) => failure !== null) ?? null;
}
