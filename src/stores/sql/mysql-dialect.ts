import type { SqlDialect } from './sql-dialect.js';
import { affectedRowsOf } from './sql-result.js';
import { join, number, raw, sql } from './sql-statement.js';

// SYSDATE() goes on while a statement waits, but is local time, which is ambiguous once a year. So it only says how long
// the statement has been running; when it began is known in UTC.
const running = raw('TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))');
const clock = sql`(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) + ${running}) / 1000e0`;

const inTime = (deadline: number) => sql`18446744073709551615 + (${running} < 0 OR ${clock} > ${number(deadline)}) > 0`;

/**
 * MariaDB and MySQL. Conditions on a row are evaluated when it is locked. What comes too late overflows a number: it must
 * not leave a statement that changes several rows half done. How many rows were changed is in the header of the answer.
 *
 * A new row is the exception: its condition is evaluated before it waits for a gap that somebody else has locked. What may
 * be added too late so is a session nobody has a token of, or a denial.
 */
export const mysqlDialect: SqlDialect = {
  placeholder: () => '?',
  clock,
  inTime,
  returning: () => raw(''),
  changedBy: affectedRowsOf,
  known: raw(''),
  unlessKnown: raw(' ON DUPLICATE KEY UPDATE kind = VALUES(kind)'),
  orProlong: (deadline) =>
    sql` ON DUPLICATE KEY UPDATE revision = VALUES(revision),
      keep_until = IF(${inTime(deadline)}, GREATEST(keep_until, VALUES(keep_until)), keep_until)`,
  fromNothing: raw(' FROM DUAL'),
  greatest: raw('GREATEST'),
  least: raw('LEAST'),
  addUnlessCutOff: (table, columns, rows, { unchanged, deadline }) => {
    const from = sql`FROM ${table} WHERE ${unchanged} AND ${inTime(deadline)} FOR UPDATE`;
    const selected = rows.map((values) => sql`(SELECT subject, ${values} ${from})`);
    return sql`INSERT INTO ${table} (${columns}) ${join(selected, ' UNION ALL ')}`;
  },
  cutOff: (table, moved, ended, { subject, revision, deadline }) =>
    sql`UPDATE ${table} SET revision = ${revision},
      cut_off = CASE WHEN kind = 'cut-off' THEN ${moved} END,
      keep_until = CASE WHEN kind = 'cut-off' THEN keep_until ELSE 0 END
      WHERE ${subject} AND kind IN ('cut-off', 'session') AND (kind = 'cut-off' OR (${ended}))
      AND ${inTime(deadline)}`,
  purge: (table, time, most) =>
    sql`DELETE FROM ${table} WHERE keep_until <= ${number(time)} ORDER BY keep_until LIMIT ${raw(String(most))}`,
};
