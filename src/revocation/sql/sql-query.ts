import type { Awaitable } from '../../types/awaitable.js';
import type { SqlDialect } from './sql-dialect.js';
import { rowsOf, type SqlRow } from './sql-result.js';
import { render, sql, type SqlFragment, type SqlParameter } from './sql-statement.js';

/**
 * Runs one statement, on any connection and in no transaction that goes on, and answers what the driver answers: rows, an
 * object or a pair with rows in it, or how many rows were changed.
 */
export type SqlQuery = (sql: string, params: SqlParameter[]) => Awaitable<unknown>;

/** Says statements to a database, each by itself. */
export class SqlConnection {
  constructor(
    readonly dialect: SqlDialect,
    private readonly query: SqlQuery,
  ) {}

  /** Reads. */
  async rows(statement: SqlFragment): Promise<SqlRow[]> {
    return rowsOf(await this.run(statement));
  }

  /** Writes, if that is in time; answers how many rows were changed. */
  async change(statement: SqlFragment, deadline: number): Promise<number> {
    return this.dialect.changedBy(await this.run(sql`${statement}${this.dialect.returning(deadline)}`));
  }

  /** Writes, whenever that is. */
  async run(statement: SqlFragment): Promise<unknown> {
    const { text, params } = render(statement, this.dialect.placeholder);
    return this.query(text, params);
  }
}
