/** The kinds of failed statements that the store handles. */
export type SqlFailure = 'conflict' | 'duplicate' | 'late';

/** SQLSTATEs, error numbers and names, as drivers report them. */
const CODES: Readonly<Record<SqlFailure, RegExp>> = {
  // Serialization failures, deadlocks, lock timeouts, and a SQLite file that another connection uses.
  conflict: /^(40001|40P01|55P03|1213|1205|1020|P2034|SQLITE_(BUSY|LOCKED).*)$/,
  duplicate: /^(23505|1062|SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE))$/,
  // Only our own statements cause these: `inTime` and `returning` of the dialects.
  late: /^(22012|1690)$/,
};

/** For drivers that report no code. */
const MESSAGES: readonly (readonly [RegExp, SqlFailure])[] = [
  [/database( table)? is locked/, 'conflict'],
  [/UNIQUE constraint failed/, 'duplicate'],
];

/** The properties in which drivers and ORMs have a code. */
const CODE_PROPERTIES = ['code', 'errno', 'sqlState', 'originalCode'];

/** The properties in which ORMs have the error of the driver. */
const CAUSE_PROPERTIES = ['cause', 'driverError', 'original', 'meta', 'driverAdapterError'];

const MAX_DEPTH = 5;

/** The kind of a failure; `null` if the store cannot handle it and must throw it. */
export function failureOf(error: unknown, depth = MAX_DEPTH): SqlFailure | null {
  if (typeof error !== 'object' || error === null || depth === 0) return null;
  const fields = error as Record<string, unknown>;
  const codes = CODE_PROPERTIES.map((name) => fields[name]).filter(
    (code) => typeof code === 'string' || typeof code === 'number',
  );
  const byCode = Object.entries(CODES).find(([, pattern]) => codes.some((code) => pattern.test(String(code))));
  if (byCode !== undefined) return byCode[0] as SqlFailure;
  const byMessage = MESSAGES.find(([pattern]) => typeof fields.message === 'string' && pattern.test(fields.message));
  if (byMessage !== undefined) return byMessage[1];
  return CAUSE_PROPERTIES.map((name) => failureOf(fields[name], depth - 1)).find((failure) => failure !== null) ?? null;
}
