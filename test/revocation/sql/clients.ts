import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import knexModule from 'knex';
import { createPool } from 'mysql2/promise';
import sqlite from 'node-sqlite3-wasm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import {
  mysqlQuery,
  pgQuery,
  SqlRevocationStore,
  type SqlDialectName,
  type SqlListener,
  type SqlParameter,
  type SqlQuery,
  type SqlRevocationStoreOptions,
} from 'nestjs-jwt-extended/sql';
import type { Program } from '../../support/programs.js';
import { betterSqlite3, type BetterSqlite3 } from './better-sqlite3.js';
import { prismaClient } from './prisma-client.js';

/** A client of an application, with a store that uses it. */
export interface Connected {
  readonly store: SqlRevocationStore;
  /** Runs a statement of a test. */
  readonly query: (sql: string, params: SqlParameter[]) => unknown;
  close(): Promise<unknown> | void;
}

export interface SqlClient {
  readonly name: string;
  /** What `npm ci` does not install. */
  readonly needs?: Program;
  /** Connects to the URL of a server, or to the file of SQLite. */
  connect(url: string): Promise<Connected> | Connected;
}

/** How many connections each client has. */
const CONNECTIONS = 10;

type Close = () => Promise<unknown> | void;
type Listen = SqlRevocationStoreOptions['listen'];

function connected(dialect: SqlDialectName, query: SqlQuery, close: Close, listen?: Listen): Connected {
  const store = new SqlRevocationStore({ dialect, query, listen });
  return { store, query: (sql, params) => query(sql, params, ''), close };
}

export const postgresClients: readonly SqlClient[] = [
  {
    name: 'pg',
    connect(url) {
      const pool = postgresPool(url);
      return connected(
        'postgres',
        (sql, params) => pool.query(sql, params),
        () => pool.end(),
        () => pool.connect(),
      );
    },
  },
  {
    name: 'pg, with prepared statements',
    connect(url) {
      const pool = postgresPool(url);
      return connected(
        'postgres',
        (text, values, name) => pool.query({ name, text, values }),
        () => pool.end(),
        () => pool.connect(),
      );
    },
  },
  {
    name: 'pg, with pgQuery()',
    connect(url) {
      const pool = postgresPool(url);
      return connected(
        'postgres',
        pgQuery(pool),
        () => pool.end(),
        () => pool.connect(),
      );
    },
  },
  {
    name: 'TypeORM',
    async connect(url) {
      const dataSource = await new DataSource({ type: 'postgres', url, poolSize: CONNECTIONS }).initialize();
      return connected(
        'postgres',
        (sql, params) => dataSource.query(sql, params),
        () => dataSource.destroy(),
        () => (dataSource.driver as unknown as { master: pg.Pool }).master.connect(),
      );
    },
  },
  {
    name: 'Prisma',
    connect(url) {
      const prisma = prismaClient('postgresql', new PrismaPg({ connectionString: url, max: CONNECTIONS }));
      const query: SqlQuery = (sql, params) => prisma.$queryRawUnsafe(sql, ...params);
      return connected(
        'postgres',
        query,
        () => prisma.$disconnect(),
        () => connectedClient(url),
      );
    },
  },
  {
    name: 'Knex',
    connect(url) {
      const knex = knexModule.knex({ client: 'pg', connection: url, pool: { min: 0, max: CONNECTIONS } });
      const query: SqlQuery = (sql, params) => knex.raw(sql.replace(/\$\d+/g, '?'), params);
      return connected(
        'postgres',
        query,
        () => knex.destroy(),
        () => knex.client.acquireRawConnection() as Promise<SqlListener>,
      );
    },
  },
  {
    name: 'Drizzle',
    connect(url) {
      const db = drizzlePostgres({ connection: { connectionString: url, max: CONNECTIONS } });
      return connected(
        'postgres',
        (sql, params) => db.$client.query(sql, params),
        () => db.$client.end(),
        () => db.$client.connect(),
      );
    },
  },
];

export const mariaDbClients: readonly SqlClient[] = [
  {
    name: 'mysql2',
    connect(url) {
      const pool = createPool({ uri: url, connectionLimit: CONNECTIONS });
      return connected(
        'mysql',
        (sql, params) => pool.execute(sql, params),
        () => pool.end(),
      );
    },
  },
  {
    name: 'mysql2, with mysqlQuery()',
    connect(url) {
      const pool = createPool({ uri: url, connectionLimit: CONNECTIONS });
      return connected('mysql', mysqlQuery(pool), () => pool.end());
    },
  },
  {
    name: 'TypeORM',
    async connect(url) {
      const dataSource = await new DataSource({ type: 'mariadb', url, poolSize: CONNECTIONS }).initialize();
      return connected(
        'mysql',
        (sql, params) => dataSource.query(sql, params),
        () => dataSource.destroy(),
      );
    },
  },
  {
    name: 'Prisma',
    connect(url) {
      const { hostname: host, port, username: user, pathname } = new URL(url);
      const pool = { host, port: Number(port), user, database: pathname.slice(1), connectionLimit: CONNECTIONS };
      const prisma = prismaClient('mysql', new PrismaMariaDb(pool));
      const query: SqlQuery = (sql, params) =>
        sql.startsWith('SELECT') ? prisma.$queryRawUnsafe(sql, ...params) : prisma.$executeRawUnsafe(sql, ...params);
      return connected('mysql', query, () => prisma.$disconnect());
    },
  },
  {
    name: 'Knex',
    connect(url) {
      const knex = knexModule.knex({ client: 'mysql2', connection: url, pool: { min: 0, max: CONNECTIONS } });
      return connected(
        'mysql',
        (sql, params) => knex.raw(sql, params),
        () => knex.destroy(),
      );
    },
  },
  {
    name: 'Drizzle',
    connect(url) {
      const db = drizzleMysql({ connection: { uri: url, connectionLimit: CONNECTIONS } });
      return connected(
        'mysql',
        (sql, params) => db.$client.promise().execute(sql, params),
        () => db.$client.end(),
      );
    },
  },
];

export const sqliteClients: readonly SqlClient[] = [
  {
    name: 'node-sqlite3-wasm',
    connect(file) {
      const db = new sqlite.Database(file);
      // The data of a test need not survive a crash of the machine.
      db.exec('PRAGMA synchronous = OFF');
      return connected(
        'sqlite',
        (sql, params) => db.all(sql, params),
        () => db.close(),
      );
    },
  },
  {
    name: 'better-sqlite3',
    needs: { isInstalled: betterSqlite3 !== undefined, install: 'npm run test:better-sqlite3' },
    connect(file) {
      const db = new (betterSqlite3 as BetterSqlite3)(file);
      db.exec('PRAGMA synchronous = OFF');
      return connected(
        'sqlite',
        (sql, params) => db.prepare(sql).all(params),
        () => db.close(),
      );
    },
  },
];

/** A pool with the settings that the documentation recommends, and those of a test. */
export function postgresPool(url: string, settings: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, ...settings });
  // An idle connection that ends is an 'error' event. Without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** A connection without a pool. */
export async function connectedClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}
