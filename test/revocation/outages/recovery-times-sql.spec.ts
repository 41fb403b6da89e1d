import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from 'mysql2/promise';
import { mysqlQuery, pgQuery, SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import sqlite from 'node-sqlite3-wasm';
import pg from 'pg';
import { migrateMariaDb, migratePostgres } from '../../support/migrations.js';
import { PRIMARY, promote, replicate, REPLICA, runOnMariaDb } from '../../support/mariadb-replica.js';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { sqlServers, type Administrator, type SqlServer } from '../sql/servers.js';
import { describeRecovery } from './describe-recovery.js';
import { networkFaults, processFaults, type Fault, type TestedClient } from './faults.js';

const [postgres, mariaDb] = sqlServers as [SqlServer, SqlServer];

function lockedTable({ administer }: SqlServer, url: string): Fault {
  let administrator: Administrator;
  return {
    async begin() {
      administrator = await administer(url);
      await administrator.lockTable();
    },
    async end() {
      await administrator.unlockTable();
      await administrator.leave();
    },
  };
}

/** Runs statements in PostgreSQL, each on its own, and returns the rows of the last one. */
async function inPostgres(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  let rows: unknown[] = [];
  for (const statement of statements) ({ rows } = await client.query(statement));
  await client.end();
  return rows;
}

const readOnlyPostgres = (url: string): Fault => {
  const set = (value: string) =>
    inPostgres(url, `ALTER SYSTEM SET default_transaction_read_only = ${value}`, 'SELECT pg_reload_conf()');
  return { begin: () => set('on'), end: () => set('off') };
};

const onPg: TestedClient = {
  name: 'pg',
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'read-only', 'locked', 'fail-over'],
  describe: describeWithPostgres,
  async start() {
    const primary = await PostgresServer.start();
    await migratePostgres(primary.url);
    const standby = await PostgresServer.startStandby(primary, primary.port);
    const proxy = await TcpProxy.start(primary.port);
    const connectionString = primary.url.replace(`:${primary.port}`, `:${proxy.port}`);
    const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 1_000 });
    pool.on('error', () => undefined);
    const store = new SqlRevocationStore({ dialect: 'postgres', query: pgQuery(pool) });
    return {
      store,
      faults: {
        ...networkFaults(proxy),
        ...processFaults(primary),
        'read-only': readOnlyPostgres(primary.url),
        locked: lockedTable(postgres, primary.url),
        'fail-over': {
          async begin() {
            const lags = 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()';
            await until(async () => (await inPostgres(primary.url, lags)).length === 1);
            await primary.kill();
          },
          async end() {
            await inPostgres(standby.url, 'SELECT pg_promote()');
            proxy.redirect(standby.port);
          },
        },
      },
      async stop() {
        await store.close();
        await pool.end();
        await Promise.all([proxy, primary, standby].map((each) => each.stop()));
      },
    };
  },
};

const onMysql2: TestedClient = {
  name: 'mysql2',
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'read-only', 'locked', 'fail-over'],
  describe: describeWithMariaDb,
  async start() {
    const [server, replica] = await Promise.all([MariaDbServer.start(PRIMARY), MariaDbServer.start(REPLICA)]);
    await migrateMariaDb(server.url);
    const proxy = await TcpProxy.start(server.port);
    // A user with all privileges may write to a server that is read-only.
    const pool = createPool({ uri: `mysql://writer@127.0.0.1:${proxy.port}/app`, connectTimeout: 1_000 });
    const store = new SqlRevocationStore({ dialect: 'mysql', query: mysqlQuery(pool) });
    return {
      store,
      faults: {
        ...networkFaults(proxy),
        ...processFaults(server),
        'read-only': {
          begin: () => runOnMariaDb(server, 'SET GLOBAL read_only = ON'),
          end: () => runOnMariaDb(server, 'SET GLOBAL read_only = OFF'),
        },
        locked: lockedTable(mariaDb, server.url),
        'fail-over': {
          async begin() {
            await replicate(server, replica);
            await server.kill();
          },
          async end() {
            await promote(replica);
            proxy.redirect(replica.port);
          },
        },
      },
      async stop() {
        await store.close();
        await pool.end();
        await Promise.all([proxy, server, replica].map((each) => each.stop()));
      },
    };
  },
};

const onSqlite: TestedClient = {
  name: 'node-sqlite3-wasm',
  faults: ['locked'],
  describe,
  start() {
    const folder = mkdtempSync(join(tmpdir(), 'locked-'));
    const open = () => new sqlite.Database(join(folder, 'sessions.db'));
    const [db, other] = [open(), open()];
    db.exec(readFileSync('migrations/sqlite.sql', 'utf8'));
    const store = new SqlRevocationStore({ dialect: 'sqlite', query: (sql, params) => db.all(sql, params) });
    return Promise.resolve({
      store,
      faults: { locked: { begin: () => other.exec('BEGIN EXCLUSIVE'), end: () => other.exec('COMMIT') } },
      async stop() {
        await store.close();
        for (const connection of [db, other]) connection.close();
        rmSync(folder, { recursive: true });
      },
    });
  },
};

describeRecovery([onPg, onMysql2, onSqlite]);
