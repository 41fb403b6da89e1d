import { within } from '../time-limit.js';
import type { SqlQuery } from './sql-query.js';
import type { SqlParameter } from './sql-statement.js';

/** How long a statement may take, in milliseconds. The library itself waits for `revocation.timeout`, which is one second. */
const DEFAULT_TIMEOUT = 2_000;

/** Options of `pgQuery()` and `mysqlQuery()`. */
export interface PoolQueryOptions {
  /**
   * For how many milliseconds a statement may wait for a connection, and for its answer. After that its connection is closed, because
   * the network can be silent.
   *
   * @default 2000
   */
  timeout?: number | undefined;
}

/** Options of `pgQuery()`. */
export interface PgQueryOptions extends PoolQueryOptions {
  /**
   * Whether PostgreSQL prepares each statement once for each connection. A pooler in transaction mode, such as PgBouncer, may not
   * support it.
   *
   * @default false
   */
  prepare?: boolean | undefined;
}

/** A statement for the package `pg`. */
export interface PgStatement {
  /** The name under which PostgreSQL prepares it. */
  name?: string | undefined;
  /** Its text. */
  text: string;
  /** Its parameters. */
  values: SqlParameter[];
}

/** The part of a `Pool` of the package `pg` that `pgQuery()` uses. */
export interface PgPool {
  /** Takes a connection. */
  connect(): Promise<PgConnection>;
  /** Adds a listener for each connection that the pool opens. */
  on(event: 'connect', listener: (connection: PgConnection) => void): unknown;
}

/** A connection of such a pool. */
export interface PgConnection {
  /** Runs a statement. */
  query(statement: PgStatement): Promise<unknown>;
  /** Returns the connection to the pool, or closes it. */
  release(destroy?: boolean): unknown;
  /** Adds a listener for the loss of the connection. */
  on(event: 'error', listener: () => void): unknown;
}

/** The part of a pool of `mysql2/promise` that `mysqlQuery()` uses. */
export interface MysqlPool {
  /** Takes a connection. */
  getConnection(): Promise<MysqlConnection>;
}

/** A connection of such a pool. */
export interface MysqlConnection {
  /** Runs a prepared statement. */
  execute(sql: string, values: SqlParameter[]): Promise<unknown>;
  /** Returns the connection to the pool. */
  release(): unknown;
  /** Closes the connection. */
  destroy(): unknown;
}

/** A connection of a pool, for one statement. */
interface Borrowed {
  run(statement: Required<PgStatement>): Promise<unknown>;
  release(): unknown;
  destroy(): unknown;
}

/** What a server reports after a fail-over, if it is a replica now: another connection can lead to the primary. */
const READ_ONLY = new Set<unknown>(['25006', 1290, 1792, 1836]);

/**
 * The option `query` for a pool of `pg`. A statement that takes too long closes its connection, so that the pool replaces the
 * connections on which the network is silent. Set `connectionTimeoutMillis` of the pool too.
 *
 * @example
 * ```ts
 * const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 1_000 });
 * const store = new SqlRevocationStore({ dialect: 'postgres', query: pgQuery(pool) });
 * ```
 */
export function pgQuery(pool: PgPool, options: PgQueryOptions = {}): SqlQuery {
  const isPrepared = options.prepare === true;
  const timeout = readTimeout('pgQuery', options);
  const known = new WeakSet<PgConnection>();
  // The pool listens only while it has the connection. Without a listener, a loss would end the process.
  const listenTo = (connection: PgConnection) => {
    if (!known.has(connection)) connection.on('error', () => undefined);
    known.add(connection);
  };
  // A server can end a connection in the message that opens it, before `connect()` has returned.
  pool.on('connect', listenTo);
  return queryOf(async () => {
    const connection = await pool.connect();
    listenTo(connection);
    return {
      run: ({ name, ...statement }) => connection.query(isPrepared ? { ...statement, name } : statement),
      release: () => connection.release(),
      destroy: () => connection.release(true),
    };
  }, timeout);
}

/**
 * The option `query` for a pool of `mysql2/promise`. A statement that takes too long closes its connection. The option `timeout` of
 * `mysql2` itself leaves the connection open, and soon the pool has no other. Set `connectTimeout` of the pool too.
 *
 * @example
 * ```ts
 * const pool = createPool({ uri, connectTimeout: 1_000 });
 * const store = new SqlRevocationStore({ dialect: 'mysql', query: mysqlQuery(pool) });
 * ```
 */
export function mysqlQuery(pool: MysqlPool, options: PoolQueryOptions = {}): SqlQuery {
  return queryOf(
    async () => {
      const connection = await pool.getConnection();
      return {
        run: ({ text, values }) => connection.execute(text, values),
        release: () => connection.release(),
        destroy: () => connection.destroy(),
      };
    },
    readTimeout('mysqlQuery', options),
  );
}

function queryOf(borrow: () => Promise<Borrowed>, timeout: number): SqlQuery {
  return async (text, values, name) => {
    const borrowing = borrow();
    const connection = await within(borrowing, timeout, 'No connection to the database was free in time.').catch(
      (error: unknown) => {
        // The pool can still give the connection. It must not keep it for this statement.
        borrowing.then((late) => late.release()).catch(() => undefined);
        throw error;
      },
    );
    try {
      const result = await within(
        connection.run({ name, text, values }),
        timeout,
        'The database did not answer in time.',
      );
      connection.release();
      return result;
    } catch (error) {
      if (isOfStatement(error)) connection.release();
      else connection.destroy();
      throw error;
    }
  };
}

/** Whether the server has refused the statement. Then the connection works, and so do other statements. */
function isOfStatement(error: unknown): boolean {
  const { severity, sqlState, code, errno, fatal } = error as Record<string, unknown>;
  if (READ_ONLY.has(code) || READ_ONLY.has(errno) || fatal === true) return false;
  return severity === 'ERROR' || typeof sqlState === 'string';
}

function readTimeout(name: string, { timeout = DEFAULT_TIMEOUT }: PoolQueryOptions): number {
  if (typeof timeout === 'number' && timeout > 0) return timeout;
  throw new TypeError(`${name} option "timeout" must be a positive number of milliseconds.`);
}
