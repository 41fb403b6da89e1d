import type { RowIds, SqlDialect } from './sql-dialect.js';
import { rowsOf } from './sql-result.js';
import { join, number, raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

// The same time throughout a statement. A statement has locked the database when it evaluates this.
const clock = raw("ROUND((julianday('now') - 2440587.5) * 86400000)");

const inTime = (deadline: SqlValue) => sql`${clock} <= ${deadline}`;

/** Questions are repeated until there are 2, 4, 8, 16 … of them, so that few texts exist. */
function rowsOfQuestions(questions: readonly RowIds[]): SqlFragment {
  const count = 2 ** Math.ceil(Math.log2(Math.max(2, questions.length)));
  const rows = Array.from({ length: count }, (_, index) => {
    const { subject, sid, jti } = questions[index % questions.length] as RowIds;
    return sql`(${number(index + 1)}, ${text(subject)}, ${text(sid)}, ${text(jti)})`;
  });
  return join(rows, ', ');
}

/** SQLite 3.35 or later. It runs one writing statement at a time. */
export const sqliteDialect: SqlDialect = {
  placeholder: () => '?',
  // A statement holds the file, and with most drivers also the event loop.
  rowsPerStep: 50,
  clock,
  readClock: clock,
  statementClock: clock,
  // Some builds of SQLite lack the function floor().
  floor: (value) => sql`CAST(${value} AS INTEGER)`,
  inTime,
  returning: () => raw(' RETURNING 1 AS done'),
  returnsRows: true,
  announce: () => raw(''),
  changedRowsOf: (result) => rowsOf(result).length,
  insertAlias: raw(' AS entry'),
  orIgnore: raw(' ON CONFLICT DO NOTHING'),
  orProlong: (_deadline, also) =>
    sql` ON CONFLICT (subject, kind, id) DO UPDATE SET revision = excluded.revision,
      ${also}keep_until = MAX(entry.keep_until, excluded.keep_until)`,
  existing: (column) => raw(`entry.${column}`),
  proposed: (column) => raw(`excluded.${column}`),
  fromDual: raw(''),
  wanted: (questions) =>
    sql`(SELECT column1 AS position, column2 AS subject, column3 AS sid, column4 AS jti FROM (VALUES ${rowsOfQuestions(questions)})) AS wanted`,
  textOf: {
    // A cast has 15 digits.
    number: (value) => sql`CASE WHEN ${value} IS NOT NULL THEN printf('%!.17g', ${value}) END`,
    concat: (texts) => join(texts, ' || '),
  },
  greatest: raw('MAX'),
  least: raw('MIN'),
  insertWithCutOff: (table, columns, rows, { unchanged, deadline }) => {
    const from = sql`FROM ${table} WHERE ${unchanged} AND ${inTime(deadline)}`;
    const selected = rows.map((values) => sql`SELECT subject, ${values} ${from}`);
    return sql`INSERT INTO ${table} (${columns}) ${join(selected, ' UNION ALL ')} RETURNING 1 AS done`;
  },
  moveCutOff: (table, time, ended, { subject, revision, deadline }) =>
    sql`UPDATE ${table} SET revision = ${revision},
      cut_off = CASE WHEN kind = 'cut-off' THEN ${time} END,
      ${ended.assignments}
      WHERE ${subject} AND kind IN ('cut-off', 'session') AND (kind = 'cut-off' OR (${ended.condition}))
      AND ${inTime(deadline)} RETURNING 1 AS done`,
  purge: (table, time, most) => sql`DELETE FROM ${table} WHERE rowid IN (
    SELECT rowid FROM ${table} WHERE keep_until <= ${number(time)} ORDER BY keep_until LIMIT ${raw(String(most))})
    RETURNING 1 AS done`,
};
