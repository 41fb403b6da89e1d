/** A row, as drivers return it. */
export type SqlRow = Readonly<Record<string, unknown>>;

const EXPECTED =
  'SqlRevocationStore option "query" must return what the driver returns: rows, or how many rows were changed.';

/**
 * The rows in the result of a driver: a list of rows, `{ rows }` (pg), or a list whose first element is one of these (mysql2,
 * Knex, TypeORM).
 *
 * @throws TypeError if the result has another form.
 */
export function rowsOf(result: unknown): SqlRow[] {
  const first = Array.isArray(result) && Array.isArray(result[0]) ? (result[0] as unknown) : result;
  const rows = Array.isArray(first) ? first : (first as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) throw new TypeError(EXPECTED);
  // A plain array: the lists of some drivers have methods of their own.
  return [...(rows as SqlRow[])];
}

/**
 * How many rows a write changed, for databases that return no rows: a number, or `affectedRows` of an object.
 *
 * @throws TypeError if the result has another form.
 */
export function affectedRowsOf(result: unknown): number {
  const header: unknown = Array.isArray(result) ? result[0] : result;
  const count = typeof header === 'number' ? header : (header as { affectedRows?: unknown } | null)?.affectedRows;
  if (typeof count !== 'number' && typeof count !== 'bigint') throw new TypeError(EXPECTED);
  return Number(count);
}
