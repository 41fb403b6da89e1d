import { createPool, type Pool } from 'mysql2/promise';
import { mysqlQuery, SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import { ADAPTERS } from '../../support/adapters.js';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { PRIMARY, promote, replicate, REPLICA, runOnMariaDb, untilApplied } from '../../support/mariadb-replica.js';
import { migrateMariaDb } from '../../support/migrations.js';
import { REVOKED, SessionApp, UNAVAILABLE } from '../../support/session-app.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

/** How long the replica is behind, in milliseconds. */
const LAG = 200;

/** Longer than a test, in milliseconds. */
const AN_HOUR = 3_600_000;

describeWithMariaDb('A fail-over to a MariaDB replica', () => {
  let primary: MariaDbServer;
  let replica: MariaDbServer;
  /** The network between the two servers. */
  let link: TcpProxy;
  /** The address for applications, which a fail-over moves to the replica. */
  let address: TcpProxy;
  let pool: Pool;
  let apps: SessionApp[];

  beforeEach(async () => {
    [primary, replica] = await Promise.all([MariaDbServer.start(PRIMARY), MariaDbServer.start(REPLICA)]);
    [link, address] = await Promise.all([TcpProxy.start(primary.port), TcpProxy.start(primary.port)]);
    await migrateMariaDb(primary.url);
    await replicate(primary, replica, link.port);
    pool = createPool({ uri: `mysql://app@127.0.0.1:${address.port}/app`, connectTimeout: 1_000 });
    const start = (adapter: (typeof ADAPTERS)[number]) =>
      new SessionApp(adapter, new SqlRevocationStore({ dialect: 'mysql', query: mysqlQuery(pool) }), {}).start();
    apps = await Promise.all(ADAPTERS.map(start));
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await Promise.all([address.stop(), link.stop()]);
    // A connection on which a write waits for the replica does not end properly.
    await pool.end().catch(() => undefined);
    await Promise.all([primary.stop(), replica.stop()]);
  });

  async function makeSemiSynchronous(waitPoint: string, timeout: number): Promise<void> {
    await runOnMariaDb(
      primary,
      `SET GLOBAL rpl_semi_sync_master_wait_point = '${waitPoint}', rpl_semi_sync_master_timeout = ${timeout}`,
      'SET GLOBAL rpl_semi_sync_master_enabled = ON',
    );
    // A replica that is connected already changes only at its next connection.
    await runOnMariaDb(
      replica,
      'SET GLOBAL rpl_semi_sync_slave_enabled = ON',
      'STOP SLAVE IO_THREAD',
      'START SLAVE IO_THREAD',
    );
    await until(async () => (await statusOf('clients')) === '1' && (await statusOf('status')) === 'ON');
  }

  async function statusOf(name: string): Promise<string> {
    const [row] = await runOnMariaDb(primary, `SHOW STATUS LIKE 'Rpl_semi_sync_master_${name}'`);
    return row?.Value as string;
  }

  /** A replica applies the changes that it has received, and then becomes the primary. */
  async function failOver(): Promise<void> {
    await primary.kill();
    await promote(replica);
    address.redirect(replica.port);
  }

  const logIn = () => Promise.all(apps.map(async (app) => ({ app, tokens: await app.logIn() })));
  type User = Awaited<ReturnType<typeof logIn>>[number];
  const me = ({ app, tokens }: User) => app.get('/me', tokens.accessToken);
  const logOut = ({ app, tokens }: User) => app.send('DELETE', '/logout', { token: tokens.accessToken });
  const untilServed = (user: User) => until(async () => (await me(user)).status !== 503);

  it('loses the log-outs that it did not have', async () => {
    const users = await logIn();
    await untilApplied(primary, replica);
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

  it.each(['AFTER_SYNC', 'AFTER_COMMIT'])('loses no log-out that waits %s', async (waitPoint) => {
    await makeSemiSynchronous(waitPoint, AN_HOUR);
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

  it('gets no log-out answered that a semi-synchronous replica does not have', async () => {
    await makeSemiSynchronous('AFTER_SYNC', AN_HOUR);
    const users = await logIn();
    link.swallow();
    for (const user of users) expect(await logOut(user)).toMatchObject(UNAVAILABLE);
  });

  it('loses the log-outs after the timeout of the primary, which then goes on without the replica', async () => {
    await makeSemiSynchronous('AFTER_SYNC', LAG);
    const users = await logIn();
    link.swallow();
    for (const user of users) expect((await logOut(user)).status).toBe(200);
    expect(await statusOf('status')).toBe('OFF');
    await failOver();
    for (const user of users) {
      await untilServed(user);
      expect((await me(user)).status).toBe(200);
    }
  });
});
