import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis } from '../../support/redis-server.js';
import { claimOf } from '../../support/session-tokens.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import { expectLoggedOutages, expectOutage, expectRecovery } from './service.js';

const STOP = 30_000;

describeWithRedis('Redis that is stopped and continued', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(TWO_MAKES);
  });
  afterAll(() => pool.stop());

  it('for 30 s during writes has carried out none of them after it continues', async () => {
    const pairs = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
    // Every process has read the clock of the server just now, so that its writes are sent at once.
    const current = await Promise.all(pairs.map((pair, index) => pool.refresh(pair, index)));
    const of = (index: number) => current[index] as (typeof current)[number];

    pool.server.pause();
    const stopped = performance.now();
    await Promise.all(pool.workers.map((worker, index) => expectOutage(worker, of(index))));
    await sleep(STOP - 3_000 - (performance.now() - stopped));
    await Promise.all(pool.workers.map((worker, index) => expectOutage(worker, of(index))));
    await sleep(STOP - (performance.now() - stopped));
    const continued = Math.floor(Date.now() / 1000);
    pool.server.resume();

    await expectRecovery(pool, of(0));
    for (const [index, pair] of current.entries()) {
      const { body: sessions } = await pool.worker(index).send('GET', '/sessions', pair.accessToken);
      expect(sessions).toHaveLength(1);
      const next = await pool.refresh(pair, index);
      expect(claimOf(next.refreshToken, 'iat')).toBeGreaterThanOrEqual(continued);
    }
    await expectLoggedOutages(pool);
  });
});
