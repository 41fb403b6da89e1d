import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { describeWithRedis } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { FOUR_MAKES, TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import { Load } from './load.js';
import { expectLoggedOutages, expectOutage, expectRecovery, expectServed, READING, RECOVERY } from './service.js';

describeWithRedis('A connection to Redis that returns no answers', () => {
  let pool: WorkerPool;
  let proxy: TcpProxy;
  let pairs: TokenPair[];
  let load: Load[] = [];
  beforeEach(async () => {
    pool = await WorkerPool.start([]);
    proxy = await TcpProxy.start(pool.server.port);
  });
  afterEach(async () => {
    await Promise.all(load.map((requests) => requests.stop()));
    load = [];
    await pool.stop();
    await proxy.stop();
  });

  const logInEverywhere = async () => {
    pairs = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
  };
  const expectOutageEverywhere = () =>
    Promise.all(pool.workers.map((worker, index) => expectOutage(worker, pairs[index] as TokenPair)));
  const expectNothingLost = async () => {
    await expectRecovery(pool, pairs[0] as TokenPair);
    for (const [index, pair] of pairs.entries()) await pool.refresh(pair, index);
  };

  it('causes 503 until the driver opens another one, and the lost writes never happen', async () => {
    await pool.startFurther(TWO_MAKES, { storePort: proxy.port });
    await logInEverywhere();
    proxy.swallow();
    await expectOutageEverywhere();
    // The server accepts new connections, but answers nothing on them.
    proxy.reset();
    await expectOutageEverywhere();
    proxy.forward();
    proxy.reset();
    await expectNothingLost();
    await expectLoggedOutages(pool);
  });

  it('is replaced under load, by clients with their default settings, within 5 s of the return of the network', async () => {
    await pool.startFurther(FOUR_MAKES, { storePort: proxy.port });
    await logInEverywhere();
    load = pool.workers.map((worker, index) => new Load(worker, pairs[index] as TokenPair, 100));
    await sleep(1_000);
    proxy.swallow();
    await sleep(8_000);
    proxy.forward();
    const returned = performance.now();
    await Promise.all(load.map((requests) => requests.untilServed(RECOVERY)));
    expect(performance.now() - returned).toBeLessThan(RECOVERY);
    await Promise.all(load.map((requests) => requests.stop()));
    await expectNothingLost();
    await expectLoggedOutages(pool);
  });

  it('is replaced in a process without requests, so the first request after the return is served', async () => {
    await pool.startFurther(FOUR_MAKES, { storePort: proxy.port });
    await logInEverywhere();
    proxy.swallow();
    await sleep(4_000);
    proxy.forward();
    await sleep(RECOVERY);
    for (const [index, pair] of pairs.entries()) await expectServed(pool.worker(index), READING(pair));
  });

  it('is replaced for push, so that requests are answered from the cache again', async () => {
    await pool.startFurther(TWO_MAKES, { storePort: proxy.port, local: { staleness: '1s', push: true } });
    await logInEverywhere();
    const [first, second] = pairs as [TokenPair, TokenPair];
    const isPushed = async () => {
      const send = (index: number, { accessToken }: TokenPair) => pool.worker(index).send('GET', '/me', accessToken);
      for (let time = 0; time < 2; time++) await Promise.all([send(0, first), send(1, second)]);
      pool.server.takeCommandCounts();
      for (let time = 0; time < 5; time++) await Promise.all([send(0, first), send(1, second)]);
      // With ioredis each ping of the watch reads a key, at most once in this time.
      return (pool.server.takeCommandCounts().mget ?? 0) < 3;
    };
    await until(isPushed);
    proxy.swallow();
    await sleep(8_000);
    proxy.forward();
    await until(isPushed, RECOVERY);
  });

  it('is replaced by a driver with a time limit (socketTimeout of ioredis)', async () => {
    await pool.startFurther([{ adapter: 'express', driver: 'ioredis' }], {
      storePort: proxy.port,
      clientOptions: { socketTimeout: 2_000 },
    });
    await logInEverywhere();
    proxy.swallow();
    await expectOutageEverywhere();
    proxy.forward();
    await expectNothingLost();
    await expectLoggedOutages(pool);
  });
});
