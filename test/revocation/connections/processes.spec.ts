import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { migratePostgres } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { WorkerPool, type Make, type StoreServer } from '../../support/worker-pool.js';
import type { EndedConnections } from '../worker/connection.controller.js';

const threeWith = (driver: Make['driver']): Make[] =>
  (['express', 'fastify', 'express'] as const).map((adapter) => ({ adapter, driver }));

/** Opens connections in the first two processes. The third one has none. */
async function open(pool: WorkerPool<StoreServer>, { accessToken }: TokenPair, each: number): Promise<void> {
  for (const index of [0, 1]) {
    const worker = pool.worker(index);
    await worker.send('DELETE', '/connections');
    const answer = await worker.send('POST', `/connections?count=${each}`, accessToken);
    expect(answer).toMatchObject({ status: 201, body: { open: each } });
  }
}

async function endedIn(pool: WorkerPool<StoreServer>): Promise<EndedConnections[]> {
  const answers = await Promise.all([0, 1].map((index) => pool.worker(index).send('GET', '/connections')));
  return answers.map(({ body }) => body as EndedConnections);
}

/** Waits until all connections have ended. Returns the time of the last one. */
async function endOfAll(pool: WorkerPool<StoreServer>, each: number, code = 'JWT_REVOKED'): Promise<number> {
  await until(async () => (await endedIn(pool)).every(({ codes }) => codes[code] === each));
  return Math.max(...(await endedIn(pool)).map(({ lastAt }) => lastAt));
}

/** The milliseconds from a log-out in the third process until the last connection of the others has ended. */
async function delayOf(pool: WorkerPool<StoreServer>, each: number, pause: number): Promise<number> {
  const pair = await pool.logIn('alice');
  await open(pool, pair, each);
  await sleep(pause);
  const revokedAt = Date.now();
  expect((await pool.worker(2).send('DELETE', '/logout', pair.refreshToken)).status).toBe(200);
  return (await endOfAll(pool, each)) - revokedAt;
}

for (const driver of ['redis', 'ioredis'] as const) {
  describeWithRedis(`Connections of two processes with Redis and the client ${driver}`, () => {
    let pool: WorkerPool;
    beforeAll(async () => {
      const server = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
      pool = await WorkerPool.startOn(server, threeWith(driver), {
        connections: { recheck: '1s', maxUnknown: '8s' },
      });
    });
    afterAll(() => pool.stop());

    it('end within a second after a log-out in a third process, 1,000 of them', async () => {
      expect(await delayOf(pool, 500, 1_500)).toBeLessThan(1_000);
    });

    it('end within 100 ms in the median', async () => {
      const delays: number[] = [];
      for (let round = 0; round < 9; round++) delays.push(await delayOf(pool, 5, 50));
      expect(delays.sort((one, other) => one - other)[4]).toBeLessThan(100);
    });

    it('end soon after "sign out everywhere" and a denied access token, and only those', async () => {
      const [one, two] = [await pool.logIn('bob'), await pool.logIn('bob')];
      await open(pool, one, 3);
      for (const index of [0, 1]) await pool.worker(index).send('POST', '/connections?count=2', two.accessToken);
      await pool.worker(2).send('DELETE', '/logout', one.accessToken);
      await endOfAll(pool, 3);
      await sleep(200);
      expect((await endedIn(pool)).map(({ codes }) => codes)).toEqual([{ JWT_REVOKED: 3 }, { JWT_REVOKED: 3 }]);
      await pool.worker(2).send('DELETE', '/everywhere', two.accessToken);
      await endOfAll(pool, 5);
    });

    it('cause no look-up while nothing changes', async () => {
      await open(pool, await pool.logIn('carol'), 100);
      await sleep(2_500);
      pool.server.takeCommandCounts();
      const began = performance.now();
      await sleep(3_000);
      const { mget = 0 } = pool.server.takeCommandCounts();
      // A ping of the messages reads one key, each second in each of the three processes.
      expect(mget).toBeLessThanOrEqual(3 * (1 + (performance.now() - began) / 1000));
      await pool.worker(0).send('DELETE', '/everywhere', (await pool.logIn('carol')).accessToken);
      await endOfAll(pool, 100);
    });

    it('stay open while Redis is down for a short time, and end when it was down for too long', async () => {
      const pair = await pool.logIn('dave');
      await open(pool, pair, 20);
      await sleep(1_500);
      await pool.server.kill();
      await sleep(2_000);
      await pool.server.start();
      await sleep(2_500);
      expect((await endedIn(pool)).map(({ codes }) => codes)).toEqual([{}, {}]);
      await pool.server.kill();
      await endOfAll(pool, 20, 'JWT_REVOCATION_UNAVAILABLE');
      await pool.server.start();
      await until(async () => (await pool.worker(0).send('GET', '/me', pair.accessToken)).status === 200);
      await until(async () => (await pool.worker(1).send('GET', '/me', pair.accessToken)).status === 200);
      await until(async () => (await pool.worker(2).send('GET', '/me', pair.accessToken)).status === 200);
      expect(await delayOf(pool, 20, 3_000)).toBeLessThan(1_000);
    });
  });
}

describeWithPostgres('Connections of two processes with PostgreSQL', () => {
  let pool: WorkerPool<StoreServer>;
  beforeAll(async () => {
    const server = await PostgresServer.start();
    await migratePostgres(server.url);
    pool = await WorkerPool.startOn(server, threeWith('pg'), { connections: { recheck: '1s' } });
  });
  afterAll(() => pool.stop());

  it('end within the recheck after a log-out in a third process, 1,000 of them', async () => {
    expect(await delayOf(pool, 500, 1_500)).toBeLessThan(1_000 + 250);
  });
});
