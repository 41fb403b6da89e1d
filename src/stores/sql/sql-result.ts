/** A row as drivers answer it. */
export type SqlRow = Readonly<Record<string, unknown>>;

const EXPECTED =
  'SqlRevocationStore option "query" must answer what the driver answers: rows, or how many rows were changed.';

/**
 * The rows in what a driver answers: a list of rows, `{ rows }` (pg), or a pair whose first is one of these (mysql2,
 * Knex, TypeORM).
 */
export function rowsOf(result: unknown): SqlRow[] {
  const answer = Array.isArray(result) && Array.isArray(result[0]) ? (result[0] as unknown) : result;
  const rows = Array.isArray(answer) ? answer : (answer as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) throw new TypeError(EXPECTED);
  // Some drivers answer a list of their own kind.
  return [...(rows as SqlRow[])];
}

/** How many rows a write changed, where the database does not answer them: a number, or `affectedRows` of a header. */
export function affectedRowsOf(result: unknown): number {
  const header: unknown = Array.isArray(result) ? result[0] : result;
  const count = typeof header === 'number' ? header : (header as { affectedRows?: unknown } | null)?.affectedRows;
  if (typeof count !== 'number' && typeof count !== 'bigint') throw new TypeError(EXPECTED);
  return Number(count);
}
