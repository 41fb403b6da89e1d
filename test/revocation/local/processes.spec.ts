import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { migratePostgres } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { WorkerPool, type Make, type StoreServer } from '../../support/worker-pool.js';

/** The additional time that an answer may take on a busy machine, in milliseconds. */
const ALLOWANCE = 250;

const fourWith = (driver: Make['driver']): Make[] =>
  (['express', 'fastify', 'express', 'fastify'] as const).map((adapter) => ({ adapter, driver }));

/** The time from the answer to a log-out until each process refuses the token. Each process has cached the token before. */
async function delaysOf(pool: WorkerPool<StoreServer>): Promise<number[]> {
  const { accessToken } = await pool.logIn('alice');
  for (const { status } of await pool.sendToAll('GET', '/me', accessToken)) expect(status).toBe(200);
  const revoked = await pool.worker(0).send('DELETE', '/logout', accessToken);
  expect(revoked.status).toBe(200);
  const answeredAt = performance.now();
  expect((await pool.worker(0).send('GET', '/me', accessToken)).status).toBe(401);
  const others = pool.workers.slice(1).map(async (worker) => {
    while ((await worker.send('GET', '/me', accessToken)).status !== 401) await sleep(1);
    return performance.now() - answeredAt;
  });
  return Promise.all(others);
}

async function sortedDelays(pool: WorkerPool<StoreServer>, rounds: number): Promise<number[]> {
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) delays.push(...(await delaysOf(pool)));
  return delays.sort((left, right) => left - right);
}

describeWithRedis('Four processes with a local cache that receives the changes of Redis', () => {
  const STALENESS = 1_000;
  let pool: WorkerPool<RedisServer>;
  beforeAll(async () => {
    pool = await WorkerPool.startOn(await RedisServer.start(), fourWith('redis'), {
      local: { staleness: '1s', push: true },
    });
  });
  afterAll(() => pool.stop());

  /** Waits until every process has the look-up of a token in its cache. */
  const untilCached = async ({ accessToken }: TokenPair) => {
    do {
      pool.server.takeCommandCounts();
      for (const { status } of await pool.sendToAll('GET', '/me', accessToken)) expect(status).toBe(200);
    } while ((pool.server.takeCommandCounts().mget ?? 0) > 0);
  };

  it('send Redis no command for a request with a cached token', async () => {
    const pair = await pool.logIn('bob');
    await untilCached(pair);
    for (let time = 0; time < 25; time++) await pool.sendToAll('GET', '/me', pair.accessToken);
    expect(pool.server.takeCommandCounts().mget ?? 0).toBe(0);
  });

  it('refuse a token that one of them revoked within 100 ms (median), and never later than the staleness', async () => {
    const delays = await sortedDelays(pool, 15);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100);
    expect(delays.at(-1)).toBeLessThan(STALENESS + ALLOWANCE);
  });

  it('use no cached look-up for longer than the staleness after Redis was stopped', async () => {
    const pair = await pool.logIn('carol');
    await untilCached(pair);
    pool.server.pause();
    const stoppedAt = performance.now();
    const lastServed = await Promise.all(
      pool.workers.map(async (worker) => {
        let last = stoppedAt;
        for (let sentAt = stoppedAt; sentAt - stoppedAt < 2.5 * STALENESS; sentAt = performance.now()) {
          if ((await worker.send('GET', '/me', pair.accessToken)).status === 200) last = sentAt;
          await sleep(5);
        }
        return last - stoppedAt;
      }),
    );
    pool.server.resume();
    expect(Math.max(...lastServed)).toBeLessThan(STALENESS + ALLOWANCE);
    for (const worker of pool.workers) {
      while ((await worker.send('GET', '/me', pair.accessToken)).status === 503) await sleep(50);
    }
    await untilCached(pair);
  });
});

describeWithRedis('Four processes with a local cache that receives the messages of Redis, with both drivers', () => {
  let pool: WorkerPool<RedisServer>;
  beforeAll(async () => {
    const makes: Make[] = fourWith('ioredis').map((make, index) => (index === 2 ? { ...make, driver: 'redis' } : make));
    pool = await WorkerPool.startOn(await RedisServer.start(), makes, { local: { staleness: '1s', push: true } });
  });
  afterAll(() => pool.stop());

  it('refuse a token that one of them revoked within 100 ms (median), and never later than the staleness', async () => {
    const delays = await sortedDelays(pool, 15);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100);
    expect(delays.at(-1)).toBeLessThan(1_000 + ALLOWANCE);
  });
});

describeWithPostgres('Four processes with a local cache of the answers of PostgreSQL', () => {
  const STALENESS = 500;
  let pool: WorkerPool<PostgresServer>;
  beforeAll(async () => {
    const server = await PostgresServer.start();
    await migratePostgres(server.url);
    pool = await WorkerPool.startOn(server, fourWith('pg'), { local: { staleness: '500ms' } });
  });
  afterAll(() => pool.stop());

  it('refuse a token that one of them revoked no later than the staleness', async () => {
    const delays = await sortedDelays(pool, 4);
    expect(delays.at(-1)).toBeLessThan(STALENESS + ALLOWANCE);
    // The other processes were not notified, so they accepted the token until then.
    expect(delays.at(-1)).toBeGreaterThan(100);
  });
});

describeWithPostgres('Four processes with a local cache that receives the changes of PostgreSQL', () => {
  const STALENESS = 1_000;
  let pool: WorkerPool<PostgresServer>;
  beforeAll(async () => {
    const server = await PostgresServer.start();
    await migratePostgres(server.url);
    pool = await WorkerPool.startOn(server, fourWith('pg'), { local: { staleness: '1s', push: true } });
  });
  afterAll(() => pool.stop());

  it('refuse a token that one of them revoked within 100 ms (median), and never later than the staleness', async () => {
    const delays = await sortedDelays(pool, 15);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100);
    expect(delays.at(-1)).toBeLessThan(STALENESS + ALLOWANCE);
  });

  it('use no cached look-up for longer than the staleness after PostgreSQL was stopped', async () => {
    const { accessToken } = await pool.logIn('carol');
    for (const { status } of await pool.sendToAll('GET', '/me', accessToken)) expect(status).toBe(200);
    pool.server.pause();
    const stoppedAt = performance.now();
    const lastServed = await Promise.all(
      pool.workers.map(async (worker) => {
        let last = stoppedAt;
        for (let sentAt = stoppedAt; sentAt - stoppedAt < 2.5 * STALENESS; sentAt = performance.now()) {
          if ((await worker.send('GET', '/me', accessToken)).status === 200) last = sentAt;
          await sleep(5);
        }
        return last - stoppedAt;
      }),
    );
    pool.server.resume();
    expect(Math.max(...lastServed)).toBeLessThan(STALENESS + ALLOWANCE);
    for (const worker of pool.workers) {
      while ((await worker.send('GET', '/me', accessToken)).status !== 200) await sleep(50);
    }
  });
});
