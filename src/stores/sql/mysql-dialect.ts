import type { SqlDialect } from './sql-dialect.js';
import { affectedRowsOf } from './sql-result.js';
import { join, number, raw, sql, text, type SqlValue } from './sql-statement.js';

// SYSDATE() advances while a statement waits, but it is local time, which is ambiguous in one hour of the year. So it only
// shows for how long the statement has run. When the statement began is known in UTC.
const running = raw('TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))');
const begun = raw("TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))");
const clock = sql`(${begun} + ${running}) / 1000e0`;

const inTime = (deadline: SqlValue) => sql`18446744073709551615 + (${running} < 0 OR ${clock} > ${deadline}) > 0`;

// The type of the columns. With another character set, the server would not use the index.
const ascii = raw('VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin');

/**
 * MariaDB and MySQL. The server evaluates a condition on a row when it has locked the row. A condition that fails because of
 * the deadline overflows a number, so the whole statement fails: otherwise, one that changes several rows would stop half
 * way. The header of the result says how many rows were changed.
 *
 * A new row is an exception. Its condition is evaluated before the statement waits for a gap that another transaction has
 * locked. Such a late row is a session of which no client has a token, or a denial.
 */
export const mysqlDialect: SqlDialect = {
  placeholder: () => '?',
  rowsPerStep: 200,
  clock,
  readClock: sql`${begun} / 1000e0`,
  statementClock: sql`${begun} / 1000e0`,
  floor: (value) => sql`FLOOR(${value})`,
  inTime,
  returning: () => raw(''),
  // MariaDB returns rows of an INSERT and of a DELETE, but not of an UPDATE. MySQL returns none.
  returnsRows: false,
  announce: () => raw(''),
  changedRowsOf: affectedRowsOf,
  insertAlias: raw(''),
  orIgnore: raw(' ON DUPLICATE KEY UPDATE kind = VALUES(kind)'),
  // The server makes the assignments from left to right, so `keep_until` is the last one.
  orProlong: (deadline, also) =>
    sql` ON DUPLICATE KEY UPDATE revision = VALUES(revision),
      ${also}keep_until = IF(${inTime(deadline)}, GREATEST(keep_until, VALUES(keep_until)), keep_until)`,
  existing: raw,
  proposed: (column) => raw(`VALUES(${column})`),
  fromDual: raw(' FROM DUAL'),
  wanted: (questions) =>
    sql`JSON_TABLE(${text(JSON.stringify(questions.map(({ subject, sid, jti }) => [subject, sid, jti])))}, '$[*]' COLUMNS (
      position FOR ORDINALITY, subject ${ascii} PATH '$[0]', sid ${ascii} PATH '$[1]', jti ${ascii} PATH '$[2]')) AS wanted`,
  textOf: {
    number: (value) => sql`CAST(${value} AS CHAR)`,
    concat: (texts) => sql`CONCAT(${join(texts, ', ')})`,
  },
  greatest: raw('GREATEST'),
  least: raw('LEAST'),
  insertWithCutOff: (table, columns, rows, { unchanged, deadline }) => {
    const from = sql`FROM ${table} WHERE ${unchanged} AND ${inTime(deadline)} FOR UPDATE`;
    const selected = rows.map((values) => sql`(SELECT subject, ${values} ${from})`);
    return sql`INSERT INTO ${table} (${columns}) ${join(selected, ' UNION ALL ')}`;
  },
  moveCutOff: (table, time, ended, { subject, revision, deadline }) =>
    sql`UPDATE ${table} SET revision = ${revision},
      cut_off = CASE WHEN kind = 'cut-off' THEN ${time} END,
      ${ended.assignments}
      WHERE ${subject} AND kind IN ('cut-off', 'session') AND (kind = 'cut-off' OR (${ended.condition}))
      AND ${inTime(deadline)}`,
  purge: (table, time, most) =>
    sql`DELETE FROM ${table} WHERE keep_until <= ${number(time)} ORDER BY keep_until LIMIT ${raw(String(most))}`,
};
