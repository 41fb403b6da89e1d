import type pg from 'pg';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import { ADAPTERS } from '../../support/adapters.js';
import { migratePostgres } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { REVOKED, SessionApp, UNAVAILABLE } from '../../support/session-app.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { connectedClient, postgresPool } from '../sql/clients.js';

/** How long the standby is behind, in milliseconds. */
const LAG = 200;

describeWithPostgres('A fail-over to a PostgreSQL standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  /** The network between the two servers. */
  let link: TcpProxy;
  /** The address for applications, which a fail-over moves to the standby. */
  let address: TcpProxy;
  let pool: pg.Pool;
  let apps: SessionApp[];

  beforeEach(async () => {
    primary = await PostgresServer.start();
    await migratePostgres(primary.url);
    [link, address] = await Promise.all([TcpProxy.start(primary.port), TcpProxy.start(primary.port)]);
    standby = await PostgresServer.startStandby(primary, link.port);
    await until(() => isStreaming('state'));
    pool = postgresPool(`postgres://postgres@127.0.0.1:${address.port}/postgres`, { connectionTimeoutMillis: 1_000 });
    const query = (text: string, values: unknown[]) => pool.query({ text, values });
    const start = (adapter: (typeof ADAPTERS)[number]) =>
      new SessionApp(adapter, new SqlRevocationStore({ dialect: 'postgres', query }), {}).start();
    apps = await Promise.all(ADAPTERS.map(start));
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await Promise.all([address.stop(), link.stop()]);
    await Promise.all([pool.end(), primary.stop(), standby.stop()]);
  });

  async function run(server: PostgresServer, ...statements: string[]): Promise<pg.QueryResult> {
    const client = await connectedClient(server.url);
    let result = {} as pg.QueryResult;
    for (const statement of statements) result = await client.query(statement);
    await client.end();
    return result;
  }

  async function isStreaming(column: 'state' | 'sync_state'): Promise<boolean> {
    const { rows } = await run(primary, `SELECT ${column} AS value FROM pg_stat_replication WHERE state = 'streaming'`);
    return rows.some(({ value }) => ['streaming', 'sync'].includes(value));
  }

  async function makeSynchronous(commit: string): Promise<void> {
    await run(
      primary,
      `ALTER SYSTEM SET synchronous_commit = ${commit}`,
      `ALTER SYSTEM SET synchronous_standby_names = '*'`,
      'SELECT pg_reload_conf()',
    );
    await until(() => isStreaming('sync_state'));
  }

  async function failOver(): Promise<void> {
    await primary.kill();
    await run(standby, 'SELECT pg_promote()');
    address.redirect(standby.port);
  }

  const logIn = () => Promise.all(apps.map(async (app) => ({ app, tokens: await app.logIn() })));
  type User = Awaited<ReturnType<typeof logIn>>[number];
  const me = ({ app, tokens }: User) => app.get('/me', tokens.accessToken);
  const logOut = ({ app, tokens }: User) => app.send('DELETE', '/logout', { token: tokens.accessToken });
  const untilServed = (user: User) => until(async () => (await me(user)).status !== 503);

  async function untilReplicated(): Promise<void> {
    const lags = 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn < pg_current_wal_lsn()';
    await until(async () => (await run(primary, lags)).rows.length === 0);
  }

  it('loses the log-outs that it did not have', async () => {
    const users = await logIn();
    await untilReplicated();
    link.swallow();
    for (const user of users) {
      expect((await logOut(user)).status).toBe(200);
      expect(await me(user)).toEqual(REVOKED);
    }
    await failOver();
    for (const user of users) {
      await untilServed(user);
      expect((await me(user)).status).toBe(200);
    }
  });

  it.each(['on', 'remote_apply'])('loses no log-out with synchronous_commit = %s', async (commit) => {
    await makeSynchronous(commit);
    const users = await logIn();
    link.delayAnswers(() => LAG);
    for (const user of users) {
      const began = performance.now();
      expect((await logOut(user)).status).toBe(200);
      expect(performance.now() - began).toBeGreaterThan(LAG * 0.9);
    }
    await failOver();
    for (const user of users) {
      await untilServed(user);
      expect(await me(user)).toEqual(REVOKED);
    }
  });

  it('gets no log-out answered that a synchronous standby does not have', async () => {
    await makeSynchronous('on');
    const users = await logIn();
    link.swallow();
    for (const user of users) expect(await logOut(user)).toMatchObject(UNAVAILABLE);
  });
});
