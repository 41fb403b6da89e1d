import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPromise, type Awaitable } from '../../types/awaitable.js';
import { LONGEST_HOLD } from '../../types/turns.js';
import type { SqlDialect } from './sql-dialect.js';
import { rowsOf, type SqlRow } from './sql-result.js';
import { number, raw, render, sql, type SqlFragment, type SqlParameter } from './sql-statement.js';

/**
 * Runs one statement, on any connection and outside of transactions, and returns what the driver returns: the rows, an object
 * or a pair that has them, or the number of changed rows. The same statement always has the same `name`, for drivers that
 * prepare statements by name.
 */
export type SqlQuery = (sql: string, params: SqlParameter[], name: string) => Awaitable<unknown>;

/** A statement that was rendered once. The parameters of each call have these names, in this order. */
interface PreparedStatement {
  readonly text: string;
  readonly names: readonly string[];
}

/** Sends statements to a database. */
export class SqlConnection {
  private readonly names = new Map<string, string>();
  private readonly prepared = new Map<string, PreparedStatement>();
  private held = 0;

  constructor(
    readonly dialect: SqlDialect,
    private readonly query: SqlQuery,
  ) {}

  /** Reads rows. */
  async rows(statement: SqlFragment): Promise<SqlRow[]> {
    return rowsOf(await this.run(statement));
  }

  /** Reads rows by a text that was rendered before, with other parameters. */
  async rowsOf(text: string, params: SqlParameter[]): Promise<SqlRow[]> {
    return rowsOf(await this.send(text, params));
  }

  /**
   * Runs a statement whose parameters are all `named`. It is rendered once for its key, since the composition of a text takes longer
   * than all else that a call does here.
   */
  async runPrepared(
    key: string,
    write: () => SqlFragment,
    values: Readonly<Record<string, SqlParameter>>,
  ): Promise<unknown> {
    const { text, names } = this.prepared.get(key) ?? this.prepare(key, write());
    return this.send(
      text,
      names.map((name) => values[name] as SqlParameter),
    );
  }

  private prepare(key: string, statement: SqlFragment): PreparedStatement {
    const { text, params } = render(statement, this.dialect.placeholder);
    const prepared = { text, names: params as string[] };
    this.prepared.set(key, prepared);
    return prepared;
  }

  /** The text of a statement. */
  textOf(statement: SqlFragment): string {
    return render(statement, this.dialect.placeholder).text;
  }

  /** Writes before a deadline, and reports the subject on a channel if there is one. Returns how many rows were changed. */
  async change(statement: SqlFragment, deadline: number, channel: string | null): Promise<number> {
    const { changedRowsOf, returning, announce } = this.dialect;
    const announced = channel === null ? raw('') : announce(channel);
    return changedRowsOf(await this.run(sql`${statement}${returning(number(deadline))}${announced}`));
  }

  /** Runs a statement as it is. Returns what the driver returns. */
  async run(statement: SqlFragment): Promise<unknown> {
    const { text, params } = render(statement, this.dialect.placeholder);
    return this.send(text, params);
  }

  /** Some drivers of SQLite answer at once. Without a pause, a call with many statements would delay all other callers. */
  private send(text: string, params: SqlParameter[]): Awaitable<unknown> {
    const start = performance.now();
    const result = this.query(text, params, this.nameOf(text));
    if (isPromise(result)) return result;
    this.held += performance.now() - start;
    if (this.held < LONGEST_HOLD) return result;
    this.held = 0;
    return nextTurn(result);
  }

  /** Texts have no values in them, so there are only about twenty of them. */
  private nameOf(text: string): string {
    let name = this.names.get(text);
    if (name === undefined) {
      name = `jwt_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
      this.names.set(text, name);
    }
    return name;
  }
}
