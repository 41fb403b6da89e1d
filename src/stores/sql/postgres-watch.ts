import type { Awaitable } from '../../types/awaitable.js';
import type { StoreWatch } from '../revocation-store.js';
import { arrival, isTestMessage, newTestMessage } from '../watch-test.js';
import { within } from '../time-limit.js';
import type { SqlConnection } from './sql-query.js';
import { rowsOf } from './sql-result.js';
import { sql, text } from './sql-statement.js';

/** A message of `NOTIFY`, as the package `pg` reports it. */
export interface SqlNotification {
  /** The channel. */
  readonly channel: string;
  /** The text of the message. */
  readonly payload?: string | undefined;
}

/** A connection to PostgreSQL that nothing else uses: a connected `Client` of `pg`, or what `pool.connect()` returns. */
export interface SqlListener {
  /** Adds a listener for the messages of `NOTIFY`. */
  on(event: 'notification', listener: (message: SqlNotification) => void): unknown;
  /** Adds a listener for the loss of the connection. */
  on(event: 'error' | 'end', listener: () => void): unknown;
  /** Runs a statement. */
  query(sql: string): Promise<unknown>;
  /** Closes a connection of a pool. */
  release?(destroy: boolean): unknown;
  /** Closes a connection without a pool. */
  end?(): unknown;
}

/** PostgreSQL refuses longer names of channels. */
const LONGEST_CHANNEL = 63;

/** How long a connection may take to listen, in milliseconds. A pool can give one on which the network is silent. */
const OPENING_LIMIT = 1_500;

/** The channel on which the statements that revoke something report the subject. */
export function channelOf(table: string): string {
  return table.slice(-LONGEST_CHANNEL);
}

/** Reports the messages of the statements that revoke something (`LISTEN`), on a connection that the application gives. */
export class PostgresWatch {
  private isLost = false;
  private state: string | undefined;
  private readonly channel: string;

  private constructor(
    private readonly listener: SqlListener,
    private readonly table: string,
    private readonly onChange: (subject: string | null) => void,
  ) {
    this.channel = channelOf(table);
  }

  /** Rejects if a message from the connections of `query` does not arrive: they can have another database or server. */
  static async open(
    listen: () => Awaitable<SqlListener>,
    database: SqlConnection,
    table: string,
    onChange: (subject: string | null) => void,
  ): Promise<StoreWatch> {
    const watch = new PostgresWatch(requireListener(await listen()), table, onChange);
    try {
      await watch.start(database);
    } catch (error) {
      watch.close();
      throw error;
    }
    return { ping: () => watch.ping(), close: () => watch.close() };
  }

  private async start(database: SqlConnection): Promise<void> {
    const test = newTestMessage();
    const arrived = new Promise<void>((resolve) => {
      this.listener.on('notification', ({ channel, payload = '' }) => {
        if (channel !== this.channel || this.isLost) return;
        if (payload === test) resolve();
        else if (!isTestMessage(payload)) this.onChange(payload);
      });
    });
    this.listener.on('error', () => this.lose());
    this.listener.on('end', () => this.lose());
    await within(
      this.listen(database, test),
      OPENING_LIMIT,
      'PostgreSQL did not answer on the connection of "listen".',
    );
    await arrival(
      arrived,
      'The connection of "listen" does not receive the messages of the connections of "query". Both need the same database. ' +
        'A pooler in transaction mode, such as PgBouncer, cannot listen: connect to PostgreSQL itself.',
    );
  }

  private async listen(database: SqlConnection, test: string): Promise<void> {
    await this.listener.query(`LISTEN "${this.channel}"`);
    this.state = await this.readState();
    await database.rows(sql`SELECT CAST(pg_notify(${text(this.channel)}, ${text(test)}) AS text) AS announced`);
  }

  /**
   * The answer follows all messages of earlier changes. A pooler can pass a statement to another connection, which does not
   * listen. `TRUNCATE` reports nothing, but gives the table another file.
   */
  private async ping(): Promise<void> {
    if ((await this.readState()) !== this.state) {
      throw new Error('The connection of "listen" is another one now, or the revocation table was emptied.');
    }
    if (this.isLost) throw new Error('The connection of "listen" was lost.');
  }

  private async readState(): Promise<string> {
    const rows = rowsOf(
      await this.listener.query(
        `SELECT pg_backend_pid() AS process, pg_relation_filenode('${this.table}') AS file,
          (SELECT count(*) FROM pg_listening_channels() AS channel WHERE channel = '${this.channel}') AS channels`,
      ),
    );
    return JSON.stringify(rows);
  }

  private lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.onChange(null);
  }

  private close(): void {
    this.isLost = true;
    const { listener } = this;
    const closing = async () => (listener.release ? listener.release(true) : listener.end?.());
    closing().catch(() => undefined);
  }
}

function requireListener(value: unknown): SqlListener {
  const { on, query, totalCount } = (value ?? {}) as Partial<SqlListener> & { totalCount?: unknown };
  // Only a pool counts its connections. The store must not close it.
  const isConnection = typeof on === 'function' && typeof query === 'function' && totalCount === undefined;
  if (isConnection) return value as SqlListener;
  throw new TypeError(
    'SqlRevocationStore option "listen" must return a connection of "pg": listen: () => pool.connect().',
  );
}
