import type { TokenPair } from 'nestjs-jwt-extended';
import { describeWithRedis } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import { expectLoggedOutages, expectOutage, expectRecovery } from './service.js';

describeWithRedis('A connection to Redis that returns no answers', () => {
  let pool: WorkerPool;
  let proxy: TcpProxy;
  let pairs: TokenPair[];
  beforeEach(async () => {
    pool = await WorkerPool.start([]);
    proxy = await TcpProxy.start(pool.server.port);
  });
  afterEach(async () => {
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
