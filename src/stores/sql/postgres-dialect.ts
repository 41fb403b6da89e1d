import type { CutOffRow, RowIds, SqlDialect } from './sql-dialect.js';
import { rowsOf } from './sql-result.js';
import { join, number, raw, sql, text, type SqlFragment, type SqlValue } from './sql-statement.js';

// now() is the start of the transaction. This clock advances while a statement waits for a lock.
const clock = sql`date_part('epoch', clock_timestamp()) * 1000`;

// When the server got the message to run the statement. The planner takes it for a constant, and could choose the index of
// `keep_until` for a comparison with it.
const statementClock = sql`date_part('epoch', statement_timestamp()) * 1000`;

const inTime = (deadline: SqlValue) => sql`${clock} <= ${deadline}`;
const failIfLate = (deadline: SqlValue) => sql`1 / CASE WHEN ${inTime(deadline)} THEN 1 ELSE 0 END AS done`;

// PostgreSQL sends the message when it commits the statement. Some drivers cannot read the type void, hence the cast.
const announce = (channel: string) => raw(`, CAST(pg_notify('${channel}', subject) AS text) AS announced`);

/**
 * A statement does not see a row that was added after it began, even if it waits for the transaction that adds the row. So a
 * statement that adds a row which the cut-off must see changes the row of the cut-off, too. Whichever of the two comes
 * second finds another revision, and starts again.
 */
const gate = (table: SqlFragment, also: SqlFragment, { unchanged, revision, deadline }: CutOffRow) =>
  sql`WITH gate AS (UPDATE ${table} SET revision = ${revision}${also}
    WHERE ${unchanged} AND ${inTime(deadline)} RETURNING subject)`;

/** Three lists with line breaks, so that one text serves any number of questions. No id has a line break. */
function wanted(questions: readonly RowIds[]): SqlFragment {
  const list = (field: keyof RowIds) =>
    sql`string_to_array(${text(questions.map((question) => question[field]).join('\n'))}, chr(10))`;
  return sql`unnest(${list('subject')}, ${list('sid')}, ${list('jti')})
    WITH ORDINALITY AS wanted (subject, sid, jti, position)`;
}

/**
 * PostgreSQL. The server evaluates a condition before the statement waits for the lock of a row, and evaluates it again only
 * if the row has changed. It evaluates RETURNING after the change, and an error there rolls the statement back.
 */
export const postgresDialect: SqlDialect = {
  placeholder: (position, type) => `$${position}::${type === 'number' ? 'float8' : 'text'}`,
  rowsPerStep: 200,
  clock,
  readClock: clock,
  statementClock,
  floor: (value) => sql`floor(${value})`,
  inTime,
  returning: (deadline) => sql` RETURNING ${failIfLate(deadline)}`,
  returnsRows: true,
  announce,
  changedRowsOf: (result) => rowsOf(result).length,
  insertAlias: raw(' AS entry'),
  orIgnore: raw(' ON CONFLICT DO NOTHING'),
  orProlong: (_deadline, also) =>
    sql` ON CONFLICT (subject, kind, id) DO UPDATE SET revision = excluded.revision,
      ${also}keep_until = GREATEST(entry.keep_until, excluded.keep_until)`,
  existing: (column) => raw(`entry.${column}`),
  proposed: (column) => raw(`excluded.${column}`),
  fromDual: raw(''),
  wanted,
  textOf: {
    number: (value) => sql`CAST(${value} AS text)`,
    concat: (texts) => sql`concat(${join(texts, ', ')})`,
  },
  greatest: raw('GREATEST'),
  least: raw('LEAST'),
  insertWithCutOff: (table, columns, rows, by) => {
    const selected = rows.map((values) => sql`SELECT subject, ${values} FROM gate`);
    return sql`${gate(table, raw(''), by)}
      INSERT INTO ${table} (${columns}) ${join(selected, ' UNION ALL ')} RETURNING ${failIfLate(by.deadline)}${announce(by.channel)}`;
  },
  moveCutOff: (table, time, ended, by) =>
    sql`${gate(table, sql`, cut_off = ${time}`, by)},
      ended AS (UPDATE ${table} SET revision = ${by.revision}, ${ended.assignments}
        WHERE ${by.subject} AND ${ended.condition} AND EXISTS (SELECT 1 FROM gate) RETURNING 1)
      SELECT ${failIfLate(by.deadline)}${announce(by.channel)} FROM gate CROSS JOIN (SELECT count(*) FROM ended) AS counted`,
  purge: (table, time, most) => sql`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ${table} WHERE keep_until <= ${number(time)} ORDER BY keep_until LIMIT ${raw(String(most))}
    FOR UPDATE SKIP LOCKED)) RETURNING 1 AS done`,
};
