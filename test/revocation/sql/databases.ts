import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import type { SqlDialectName } from 'nestjs-jwt-extended/sql';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { migrateMariaDb, migratePostgres, migration } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { mariaDbClients, postgresClients, sqliteClients, type SqlClient } from './clients.js';

/** A running database that has the table. */
export interface RunningDatabase {
  readonly url: string;
  stop(): Promise<void> | void;
}

/** A kind of database, with the clients for it. */
export interface Database {
  readonly name: string;
  readonly dialect: SqlDialectName;
  readonly clients: readonly SqlClient[];
  describe(name: string, body: () => void): void;
  start(): Promise<RunningDatabase>;
}

export const databases: readonly Database[] = [
  {
    name: 'PostgreSQL',
    dialect: 'postgres',
    clients: postgresClients,
    describe: describeWithPostgres,
    async start() {
      const server = await PostgresServer.start();
      await migratePostgres(server.url);
      return server;
    },
  },
  {
    name: 'MariaDB',
    dialect: 'mysql',
    clients: mariaDbClients,
    describe: describeWithMariaDb,
    async start() {
      // A time zone with summer time and a half-hour offset: no result may depend on it.
      const server = await MariaDbServer.start([], { TZ: 'America/St_Johns' });
      await migrateMariaDb(server.url);
      return server;
    },
  },
  {
    name: 'SQLite',
    dialect: 'sqlite',
    clients: sqliteClients,
    describe,
    async start() {
      const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
      const url = join(folder, 'database');
      const db = new sqlite.Database(url);
      db.exec(migration('sqlite'));
      db.close();
      return { url, stop: () => rmSync(folder, { recursive: true, force: true }) };
    },
  },
];
