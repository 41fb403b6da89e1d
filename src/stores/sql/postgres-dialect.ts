import type { CutOffRow, SqlDialect } from './sql-dialect.js';
import { rowsOf } from './sql-result.js';
import { join, number, raw, sql, type SqlFragment } from './sql-statement.js';

// Unlike now(), it goes on while a statement waits for a lock.
const clock = sql`CAST(extract(epoch FROM clock_timestamp()) * 1000 AS float8)`;

const inTime = (deadline: number) => sql`${clock} <= ${number(deadline)}`;
const done = (deadline: number) => sql`1 / CASE WHEN ${inTime(deadline)} THEN 1 ELSE 0 END AS done`;

/**
 * A statement sees no row that was added after it began, even if it waits for whoever added it. So what adds a row that a
 * cut-off has to see changes the row of the cut-off, too, and each of the two begins anew where the other came first.
 */
const gate = (table: SqlFragment, also: SqlFragment, { unchanged, revision, deadline }: CutOffRow) =>
  sql`WITH gate AS (UPDATE ${table} SET revision = ${revision}${also}
    WHERE ${unchanged} AND ${inTime(deadline)} RETURNING subject)`;

/**
 * PostgreSQL. A condition is evaluated before a statement waits for a row's lock, and not again where nobody changed the
 * row meanwhile; RETURNING is evaluated after the change. To fail there takes back all that the statement did.
 */
export const postgresDialect: SqlDialect = {
  placeholder: (position, type) => `$${position}::${type === 'number' ? 'float8' : 'text'}`,
  clock,
  inTime,
  returning: (deadline) => sql` RETURNING ${done(deadline)}`,
  changedBy: (result) => rowsOf(result).length,
  known: raw(' AS known'),
  unlessKnown: raw(' ON CONFLICT DO NOTHING'),
  orProlong: () =>
    raw(
      ' ON CONFLICT (subject, kind, id) DO UPDATE SET revision = excluded.revision,' +
        ' keep_until = GREATEST(known.keep_until, excluded.keep_until)',
    ),
  fromNothing: raw(''),
  greatest: raw('GREATEST'),
  least: raw('LEAST'),
  addUnlessCutOff: (table, columns, rows, by) => {
    const selected = rows.map((values) => sql`SELECT subject, ${values} FROM gate`);
    return sql`${gate(table, raw(''), by)}
      INSERT INTO ${table} (${columns}) ${join(selected, ' UNION ALL ')} RETURNING ${done(by.deadline)}`;
  },
  cutOff: (table, moved, ended, by) =>
    sql`${gate(table, sql`, cut_off = ${moved}`, by)},
      ended AS (UPDATE ${table} SET revision = ${by.revision}, keep_until = 0
        WHERE ${by.subject} AND ${ended} AND EXISTS (SELECT 1 FROM gate) RETURNING 1)
      SELECT ${done(by.deadline)} FROM gate CROSS JOIN (SELECT count(*) FROM ended) AS counted`,
  purge: (table, time, most) => sql`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ${table} WHERE keep_until <= ${number(time)} ORDER BY keep_until LIMIT ${raw(String(most))}
    FOR UPDATE SKIP LOCKED)) RETURNING 1 AS done`,
};
