import { createConnection, type Connection } from 'mysql2/promise';
import pg from 'pg';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { migrateMariaDb, migratePostgres } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import type { Make, StoreServer } from '../../support/worker-pool.js';

/** What an administrator does to a server, on a connection that was open before. */
export interface Administrator {
  /** Ends all other connections. */
  endConnections(): Promise<void>;
  lockTable(): Promise<void>;
  unlockTable(): Promise<void>;
  /** Removes all rows, like a server that was restarted without its data. */
  emptyTable(): Promise<void>;
  leave(): Promise<void>;
}

/** A kind of server, with the processes that are tested on it. */
export interface SqlServer {
  readonly name: string;
  readonly makes: readonly Make[];
  describe(name: string, body: () => void): void;
  /** Starts a server that has the table and accepts so many connections. */
  start(connections?: number): Promise<StoreServer & { readonly url: string }>;
  administer(url: string): Promise<Administrator>;
  /** Opens another connection. Rejects if the server has none left. */
  connect(url: string): Promise<() => Promise<void>>;
}

const makesWith = (driver: Make['driver']): Make[] => [
  { adapter: 'express', driver },
  { adapter: 'fastify', driver },
];

const postgres: SqlServer = {
  name: 'PostgreSQL',
  makes: makesWith('pg'),
  describe: describeWithPostgres,
  async start(connections = 60) {
    const server = await PostgresServer.start({ max_connections: String(connections) });
    await migratePostgres(server.url);
    return server;
  },
  async administer(url) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    const others = `pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    return {
      endConnections: async () =>
        void (await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`)),
      lockTable: async () => void (await client.query('BEGIN; LOCK TABLE jwt_revocation IN ACCESS EXCLUSIVE MODE')),
      unlockTable: async () => void (await client.query('COMMIT')),
      emptyTable: async () => void (await client.query('TRUNCATE jwt_revocation')),
      leave: () => client.end(),
    };
  },
  async connect(url) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    return () => client.end();
  },
};

async function endOtherConnections(connection: Connection): Promise<void> {
  const [rows] = await connection.query(
    `SELECT id FROM information_schema.processlist WHERE user = 'app' AND id <> CONNECTION_ID()`,
  );
  // Some connections have ended by themselves meanwhile.
  for (const { id } of rows as { id: number }[]) await connection.query(`KILL ${id}`).catch(() => undefined);
}

const mariaDb: SqlServer = {
  name: 'MariaDB',
  makes: makesWith('mysql2'),
  describe: describeWithMariaDb,
  async start(connections = 60) {
    const server = await MariaDbServer.start([`--max-connections=${connections}`, '--extra-max-connections=0']);
    await migrateMariaDb(server.url);
    return server;
  },
  async administer(url) {
    const connection = await createConnection(url);
    return {
      endConnections: () => endOtherConnections(connection),
      lockTable: async () => void (await connection.query('LOCK TABLES jwt_revocation WRITE')),
      unlockTable: async () => void (await connection.query('UNLOCK TABLES')),
      emptyTable: async () => void (await connection.query('TRUNCATE jwt_revocation')),
      leave: () => connection.end(),
    };
  },
  async connect(url) {
    const connection = await createConnection(url);
    return () => connection.end();
  },
};

export const sqlServers: readonly SqlServer[] = [postgres, mariaDb];
