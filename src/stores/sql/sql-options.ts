import { mysqlDialect } from './mysql-dialect.js';
import { postgresDialect } from './postgres-dialect.js';
import type { SqlDialect } from './sql-dialect.js';
import type { SqlQuery } from './sql-query.js';
import { sqliteDialect } from './sqlite-dialect.js';

const DIALECTS = { postgres: postgresDialect, mysql: mysqlDialect, sqlite: sqliteDialect } as const;

/** Which database it is. `'mysql'` is the language of MariaDB and MySQL; the suite runs on MariaDB. */
export type SqlDialectName = keyof typeof DIALECTS;

/** Options of `SqlRevocationStore`. */
export interface SqlRevocationStoreOptions {
  /** Which database it is. `'mysql'` is the language of MariaDB and MySQL; the suite runs on MariaDB. */
  dialect: SqlDialectName;
  /**
   * Runs one statement with its parameters by the application's own client, on any connection and in no transaction, and
   * answers what the client answers: `(sql, params) => pool.query(sql, params)`. It must ask the primary server. A third
   * argument names the statement, for clients that prepare: `(text, values, name) => pool.query({ name, text, values })`.
   */
  query: SqlQuery;
  /** The table's name, with its schema if need be; default `'jwt_revocation'`, as in the package's `migrations`. */
  table?: string | undefined;
}

/** What the options say. */
interface SqlSettings {
  readonly name: SqlDialectName;
  readonly dialect: SqlDialect;
  readonly query: SqlQuery;
  readonly table: string;
}

const KNOWN: readonly string[] = ['dialect', 'query', 'table'] satisfies (keyof SqlRevocationStoreOptions)[];
const TABLE_NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/i;

/** The options with their defaults. What is wrong is a `TypeError` that names the option and the cure. */
export function readSqlOptions(options: SqlRevocationStoreOptions): SqlSettings {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError('SqlRevocationStore needs an object: new SqlRevocationStore({ dialect, query }).');
  }
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) refuse(unknown, `does not exist. Known: ${KNOWN.join(', ')}.`);
  const name = readDialect(options.dialect);
  return { name, dialect: DIALECTS[name], query: readQuery(options.query), table: readTable(options.table) };
}

function readDialect(dialect: unknown): SqlDialectName {
  if (typeof dialect === 'string' && Object.hasOwn(DIALECTS, dialect)) return dialect as SqlDialectName;
  return refuse('dialect', `must be one of ${Object.keys(DIALECTS).join(', ')}.`);
}

function readQuery(query: unknown): SqlQuery {
  if (typeof query === 'function') return query as SqlQuery;
  return refuse('query', 'must be a function: (sql, params) => pool.query(sql, params).');
}

function readTable(table: unknown = 'jwt_revocation'): string {
  if (typeof table === 'string' && TABLE_NAME.test(table)) return table;
  return refuse('table', 'must be a name of letters, digits and _, with its schema if need be: "auth.jwt_revocation".');
}

function refuse(option: string, problem: string): never {
  throw new TypeError(`SqlRevocationStore option "${option}" ${problem}`);
}
