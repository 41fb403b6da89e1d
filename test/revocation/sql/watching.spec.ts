import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { pgQuery, SqlRevocationStore, type SqlListener, type SqlRevocationStoreOptions } from 'nestjs-jwt-extended/sql';
import pg from 'pg';
import { ChangeFeed } from '../../../src/sessions/change-feed.js';
import { migratePostgres, migration } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { HOUR, inTime, newSubject, newToken, openSession, sessionToOpen, tokenOf } from '../../support/store-calls.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { connectedClient, postgresPool } from './clients.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A watch with what it has reported. */
async function watchOf(store: SqlRevocationStore) {
  const reports: (string | null)[] = [];
  const watch = await store.watch((subject) => void reports.push(subject));
  closing.push(() => watch.close());
  await watch.ping();
  return { watch, reports };
}

describeWithPostgres('The changes of PostgreSQL that the store reports', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let options: SqlRevocationStoreOptions;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await migratePostgres(server.url);
    pool = postgresPool(server.url);
    options = { dialect: 'postgres', query: (sql, params) => pool.query(sql, params) };
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  const sources: Record<string, () => Promise<SqlListener>> = {
    'a client of a pool': () => pool.connect(),
    'a client without a pool': () => connectedClient(server.url),
  };

  it('are reported again within 5 s after a network that was silent', async () => {
    const proxy = await TcpProxy.start(server.port);
    const connectionString = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
    const silent = new pg.Pool({ connectionString, connectionTimeoutMillis: 1_000 });
    silent.on('error', () => undefined);
    const store = new SqlRevocationStore({ ...options, query: pgQuery(silent), listen: () => silent.connect() });
    const feed = new ChangeFeed(store, 1_000);
    const reported: string[] = [];
    feed.start({ remove: (subject) => void reported.push(subject), clear: () => undefined });
    const isValid = () => feed.validUntil(performance.now()) > performance.now();
    try {
      await until(isValid);
      proxy.swallow();
      await until(() => !isValid());
      await sleep(4_000);
      proxy.forward();
      await until(isValid, 5_000);
      const subject = newSubject();
      await new SqlRevocationStore(options).deny(subject, 'a', HOUR, inTime());
      await until(() => reported.includes(subject));
    } finally {
      feed.stop();
      await silent.end();
      await proxy.stop();
    }
  });

  describe.each(Object.keys(sources))('on %s', (name) => {
    const listen = sources[name] as () => Promise<SqlListener>;
    const backends = async () => {
      const sql =
        "SELECT count(*) AS count FROM pg_stat_activity WHERE query LIKE '%pg_listening_channels() AS%' AND pid <> pg_backend_pid()";
      return Number((await pool.query<{ count: string }>(sql)).rows[0]?.count);
    };

    it('end with the watch, which closes its connection', async () => {
      const { watch } = await watchOf(new SqlRevocationStore({ ...options, listen }));
      expect(await backends()).toBe(1);
      watch.close();
      watch.close();
      await until(async () => (await backends()) === 0);
    });

    it('begin again with another watch after the connection was lost', async () => {
      const store = new SqlRevocationStore({ ...options, listen });
      const { watch, reports } = await watchOf(store);
      await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_listening_channels() AS%' AND pid <> pg_backend_pid()",
      );
      await until(() => reports.includes(null));
      await expect(watch.ping()).rejects.toThrow();
      const next = await watchOf(store);
      const subject = newSubject();
      await store.deny(subject, 'a', HOUR, inTime());
      await next.watch.ping();
      expect(next.reports).toEqual([subject]);
    });

    it('include the loss of all data', async () => {
      const { watch } = await watchOf(new SqlRevocationStore({ ...options, listen }));
      await pool.query('TRUNCATE jwt_revocation');
      await expect(watch.ping()).rejects.toThrow('the revocation table was emptied');
    });
  });

  it('are those of another table on another channel', async () => {
    const names = ['auth.sessions', `${'long_'.repeat(13)}a.${'long_'.repeat(9)}b`];
    for (const table of names) {
      const schema = table.split('.')[0] as string;
      await pool.query(`CREATE SCHEMA ${schema}`);
      await pool.query(
        migration('postgres').replaceAll('jwt_revocation', table).replace(`${table}_keep_until`, 'keep_until'),
      );
      const listen = () => pool.connect();
      const store = new SqlRevocationStore({ ...options, table, listen });
      const other = await watchOf(new SqlRevocationStore({ ...options, listen }));
      const { watch, reports } = await watchOf(store);
      const subject = newSubject();
      await store.deny(subject, 'a', HOUR, inTime());
      await watch.ping();
      await other.watch.ping();
      expect(reports).toEqual([subject]);
      expect(other.reports).toEqual([]);
    }
  });

  it('are not rotations and new sessions, except those that end a session earlier', async () => {
    const store = new SqlRevocationStore({ ...options, listen: () => pool.connect() });
    const { watch, reports } = await watchOf(store);
    const session = await openSession(store);
    await store.present(tokenOf(session), inTime());
    await watch.ping();
    expect(reports).toEqual([]);
    await store.openSession(sessionToOpen({ ...session, existing: true, token: newToken(60) }), inTime());
    await watch.ping();
    expect(reports).toEqual([session.subject]);
    const another = await openSession(store);
    await store.present(tokenOf(another, { successor: newToken(60) }), inTime());
    await watch.ping();
    expect(reports).toEqual([session.subject, another.subject]);
  });

  it('are not writes that come too late', async () => {
    const store = new SqlRevocationStore({ ...options, listen: () => pool.connect() });
    const { subject, sid } = await openSession(store);
    const { watch, reports } = await watchOf(store);
    const late = (await store.now()) - 1_000;
    expect(await store.endSession(subject, sid, late)).toBe(false);
    expect(await store.deny(subject, 'a', HOUR, late)).toBe(false);
    expect(await store.endSessions({ subject, before: null, except: null }, late)).toBe(false);
    await watch.ping();
    expect(reports).toEqual([]);
  });

  it('are no watch on a connection to another database', async () => {
    await pool.query('CREATE DATABASE other');
    const url = server.url.replace(/postgres$/, 'other');
    const store = new SqlRevocationStore({ ...options, listen: () => connectedClient(url) });
    await expect(store.watch(() => undefined)).rejects.toThrow(/jwt_revocation|Both need the same database/);
  });

  it('are no watch on a connection that a pooler exchanges', async () => {
    // Each statement takes another connection, as with a pooler in transaction mode.
    const listener = { on: () => undefined, query: (sql: string) => pool.query(sql), end: jest.fn() };
    await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.05)')));
    const store = new SqlRevocationStore({ ...options, listen: () => listener });
    await expect(store.watch(() => undefined)).rejects.toThrow('A pooler in transaction mode, such as PgBouncer');
    expect(listener.end).toHaveBeenCalled();
    await pool.query('UNLISTEN *');
  });

  it.each([
    ['a pool', () => pool],
    ['nothing', () => undefined],
  ])('are no watch if "listen" returns %s', async (_name, listen) => {
    const store = new SqlRevocationStore({ ...options, listen: listen as never });
    await expect(store.watch(() => undefined)).rejects.toThrow(
      'must return a connection of "pg": listen: () => pool.connect()',
    );
  });
});

describe('The option "listen"', () => {
  const query = () => [];
  const listen = () => new pg.Client();

  it.each([
    ['mysql', 'is only for PostgreSQL: MariaDB and MySQL cannot report changes'],
    ['sqlite', 'is only for PostgreSQL: SQLite cannot report changes'],
  ] as const)('is refused with the dialect %s', (dialect, message) => {
    expect(() => new SqlRevocationStore({ dialect, query, listen })).toThrow(TypeError);
    expect(() => new SqlRevocationStore({ dialect, query, listen })).toThrow(message);
  });

  it('is refused if it is a pool', () => {
    const options = { dialect: 'postgres', query, listen: new pg.Pool() } as never;
    expect(() => new SqlRevocationStore(options)).toThrow('option "listen" must be a function that opens a connection');
  });

  it.each([
    ['postgres', 'only with the option listen: () => pool.connect()'],
    ['mysql', 'MariaDB and MySQL cannot report changes: remove "push"'],
    ['sqlite', 'SQLite cannot report changes: remove "push"'],
  ] as const)('is missing with the dialect %s: the store says why it cannot report changes', (dialect, problem) => {
    const store = new SqlRevocationStore({ dialect, query });
    expect(store.watchProblem).toContain(problem);
    expect(() => store.watch(() => undefined)).toThrow(TypeError);
  });
});
