import { createHash } from 'node:crypto';
import type { Awaitable } from '../../types/awaitable.js';
import type { SqlDialect } from './sql-dialect.js';
import { rowsOf, type SqlRow } from './sql-result.js';
import { render, sql, type SqlFragment, type SqlParameter } from './sql-statement.js';

/**
 * Runs one statement, on any connection and in no transaction that goes on, and answers what the driver answers: rows, an
 * object or a pair with rows in it, or how many rows were changed. `name` is the same for the same statement, for drivers
 * that keep prepared statements under one.
 */
export type SqlQuery = (sql: string, params: SqlParameter[], name: string) => Awaitable<unknown>;

/** Says statements to a database, each by itself. */
export class SqlConnection {
  private readonly names = new Map<string, string>();

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
    return this.query(text, params, this.nameOf(text));
  }

  /** There are few statements: none of them has values in its text. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (name === undefined) {
      name = `jwt_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
      this.names.set(text, name);
    }
    return name;
  }
}
