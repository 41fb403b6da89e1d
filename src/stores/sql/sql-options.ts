import { StoreOptions, type OptionNames } from '../store-options.js';
import { mysqlDialect } from './mysql-dialect.js';
import { postgresDialect } from './postgres-dialect.js';
import type { SqlListener } from './postgres-watch.js';
import type { SqlDialect } from './sql-dialect.js';
import type { SqlQuery } from './sql-query.js';
import { sqliteDialect } from './sqlite-dialect.js';
import type { Awaitable } from '../../types/awaitable.js';
import { membersOf } from '../../types/members.js';

const DIALECTS = { postgres: postgresDialect, mysql: mysqlDialect, sqlite: sqliteDialect } as const;

/** The database. `'mysql'` is for MariaDB and MySQL; the library's tests run on MariaDB. */
export type SqlDialectName = keyof typeof DIALECTS;

/** Options of `SqlRevocationStore`. */
export interface SqlRevocationStoreOptions {
  /** The database. `'mysql'` is for MariaDB and MySQL; the library's tests run on MariaDB. */
  dialect: SqlDialectName;
  /**
   * Runs one statement with its parameters on the primary server, on any connection and outside of transactions. It returns
   * what the driver returns. The third argument is a name for prepared statements:
   * `(text, values, name) => pool.query({ name, text, values })`.
   *
   * @example
   * ```ts
   * query: (sql, params) => pool.query(sql, params)
   * ```
   */
  query: SqlQuery;
  /**
   * Opens a connection of its own, on which PostgreSQL reports changes (`LISTEN`), for `revocation.local.push`. The store closes
   * it, and calls the function again after a loss. Only with `dialect: 'postgres'`, and not through a pooler in transaction mode.
   *
   * @default none: the store cannot report changes
   * @example
   * ```ts
   * listen: () => pool.connect()
   * ```
   */
  listen?: (() => Awaitable<SqlListener>) | undefined;
  /**
   * The name of the table, with its schema if necessary. The `migrations` of the package create the default one.
   *
   * @default 'jwt_revocation'
   */
  table?: string | undefined;
}

/** The options, complete and checked. */
export interface SqlSettings {
  readonly name: SqlDialectName;
  readonly dialect: SqlDialect;
  readonly query: SqlQuery;
  readonly listen: (() => Awaitable<SqlListener>) | null;
  readonly table: string;
}

const reader = new StoreOptions('SqlRevocationStore', {
  dialect: true,
  query: true,
  listen: true,
  table: true,
} satisfies OptionNames<SqlRevocationStoreOptions>);
const NAMES = { postgres: 'PostgreSQL', mysql: 'MariaDB and MySQL', sqlite: 'SQLite' } as const;
const TABLE_NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/i;

/** @throws TypeError that names the option, what is wrong and what to do. */
export function readSqlOptions(options: SqlRevocationStoreOptions): SqlSettings {
  const value: unknown = options;
  if (typeof value !== 'object' || value === null) {
    throw new TypeError('SqlRevocationStore needs options: new SqlRevocationStore({ dialect, query }).');
  }
  reader.requireKnown(options);
  const { dialect, query, listen, table } = membersOf(options, ['dialect', 'query', 'listen', 'table']);
  const name = readDialect(dialect);
  return {
    name,
    dialect: DIALECTS[name],
    query: readQuery(query),
    listen: readListen(listen, name),
    table: readTable(table),
  };
}

function readDialect(dialect: unknown): SqlDialectName {
  if (typeof dialect === 'string' && Object.hasOwn(DIALECTS, dialect)) return dialect as SqlDialectName;
  return reader.refuse('dialect', `must be one of ${Object.keys(DIALECTS).join(', ')}.`);
}

function readQuery(query: unknown): SqlQuery {
  if (typeof query === 'function') return query as SqlQuery;
  return reader.refuse('query', 'must be a function: (sql, params) => pool.query(sql, params).');
}

function readListen(listen: unknown, dialect: SqlDialectName): (() => Awaitable<SqlListener>) | null {
  if (listen === undefined) return null;
  if (dialect !== 'postgres') {
    return reader.refuse('listen', `is only for PostgreSQL: ${NAMES[dialect]} cannot report changes. Remove it.`);
  }
  if (typeof listen === 'function') return listen as () => Awaitable<SqlListener>;
  return reader.refuse('listen', 'must be a function that opens a connection: () => pool.connect().');
}

/** Why the store cannot report changes, and what to do about it; `null` if it can. */
export function sqlWatchProblem({ name, listen }: SqlSettings): string | null {
  if (listen !== null) return null;
  const cure = 'remove "push": the library still remembers answers for "staleness".';
  if (name !== 'postgres') return `${NAMES[name]} cannot report changes: ${cure}`;
  return `SqlRevocationStore reports changes only with the option listen: () => pool.connect(). Set it, or ${cure}`;
}

function readTable(table: unknown = 'jwt_revocation'): string {
  if (typeof table === 'string' && TABLE_NAME.test(table)) return table;
  return reader.refuse(
    'table',
    'must be a name of letters, digits and _, with its schema if needed: "auth.jwt_revocation".',
  );
}
