import type { SqlDialectName } from './sql-options.js';
import type { SqlConnection } from './sql-query.js';
import type { SqlRow } from './sql-result.js';
import { raw, sql, text, type SqlFragment } from './sql-statement.js';

/** A query about a database's settings, and what its row can show to be wrong. */
interface Inspection {
  readonly query: (table: string) => SqlFragment;
  readonly checks: readonly ((row: SqlRow, table: string) => string | false)[];
}

const isMissing =
  (dialect: SqlDialectName) =>
  ({ missing }: SqlRow, table: string) =>
    isOn(missing) && `The table ${table} is missing: apply migrations/${dialect}.sql of nestjs-jwt-extended.`;

const lacksNotes =
  (dialect: SqlDialectName) =>
  ({ outdated }: SqlRow, table: string) =>
    isOn(outdated) &&
    `The table ${table} has no columns for notes: apply migrations/${dialect}-notes.sql of nestjs-jwt-extended before you ` +
      'revoke something with a note.';

const isReplica = ({ replica }: SqlRow) =>
  isOn(replica) &&
  'The database is a replica: it refuses writes, and it receives a log-out later. Connect to its primary.';

const INSPECTIONS: Readonly<Record<SqlDialectName, Inspection>> = {
  postgres: {
    query: (table) => sql`SELECT CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END AS replica,
      CASE WHEN to_regclass(${text(table)}) IS NULL THEN 1 ELSE 0 END AS missing,
      CASE WHEN to_regclass(${text(table)}) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_attribute
        WHERE attrelid = to_regclass(${text(table)}) AND attname = 'noted_at' AND NOT attisdropped) THEN 1 ELSE 0 END AS outdated`,
    checks: [isMissing('postgres'), lacksNotes('postgres'), isReplica],
  },
  mysql: {
    query: (table) => {
      const [name, schema] = table.split('.').reverse() as [string, string?];
      const inSchema = schema === undefined ? raw('DATABASE()') : text(schema);
      return sql`SELECT SLEEP(0.002) AS slept, SYSDATE(6) = NOW(6) AS frozen, @@global.read_only AS replica,
        @@autocommit AS autocommit, @@global.log_bin AS logged, @@global.binlog_format AS format,
        (SELECT COALESCE(MAX(engine), 'none') FROM information_schema.tables
          WHERE table_schema = ${inSchema} AND table_name = ${text(name)}) AS engine,
        (SELECT COUNT(*) > 0 AND MAX(column_name = 'noted_at') = 0 FROM information_schema.columns
          WHERE table_schema = ${inSchema} AND table_name = ${text(name)}) AS outdated`;
    },
    checks: [
      ({ engine }, table) => isMissing('mysql')({ missing: engine === 'none' }, table),
      lacksNotes('mysql'),
      ({ engine }, table) =>
        !['none', 'InnoDB'].includes(String(engine)) &&
        `The table ${table} uses the engine ${String(engine)}, which locks no rows: ALTER TABLE ${table} ENGINE = InnoDB.`,
      isReplica,
      ({ autocommit }) =>
        !isOn(autocommit) && 'The connections have "autocommit" off, so no write is ever committed: set it to on.',
      ({ frozen }) =>
        isOn(frozen) && 'The server runs with "sysdate-is-now", so it may apply late writes: remove that setting.',
      ({ logged, format }) =>
        isOn(logged) &&
        format === 'STATEMENT' &&
        'The server replicates statements, which have other results on a replica: set "binlog_format" to ROW or MIXED.',
    ],
  },
  sqlite: {
    query: (table) => sql`SELECT sqlite_version() AS version,
      NOT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${text(table)}) AS missing,
      (SELECT COUNT(*) > 0 AND SUM(name = 'noted_at') = 0 FROM pragma_table_info(${text(table)})) AS outdated`,
    checks: [
      isMissing('sqlite'),
      lacksNotes('sqlite'),
      ({ version }) =>
        isOlder(String(version), [3, 35]) && `SQLite ${String(version)} is too old: the store needs 3.35 or later.`,
    ],
  },
};

/** What is wrong with the settings of a database, one sentence per problem. */
export async function describeDatabase(
  database: SqlConnection,
  dialect: SqlDialectName,
  table: string,
): Promise<string[]> {
  const { query, checks } = INSPECTIONS[dialect];
  const [row = {}] = await database.rows(query(table));
  return checks.map((check) => check(row, table)).filter((problem) => problem !== false);
}

/** Drivers return a true value in several forms. */
function isOn(value: unknown): boolean {
  return ['1', 'ON', 'true'].includes(String(value));
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [actualMajor = 0, actualMinor = 0] = version.split('.').map(Number);
  return actualMajor < major || (actualMajor === major && actualMinor < minor);
}
