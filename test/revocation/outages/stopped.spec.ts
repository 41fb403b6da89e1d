import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { describeWithRedis } from '../../support/redis-server.js';
import { claimOf } from '../../support/session-tokens.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import {
  expectLoggedOutages,
  expectOutage,
  expectRecovery,
  expectServed,
  READING,
  REMOVING,
  STORING,
} from './service.js';

const STOP = 30_000;
const USER_LOOK_UP = 500;

describeWithRedis('Redis that is stopped and continued', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(TWO_MAKES, { userLookUpTakes: [USER_LOOK_UP, USER_LOOK_UP] });
  }, 60_000);
  afterAll(() => pool.stop());

  it('for 30 s during a refresh has refreshed nothing, ended nothing and opened nothing when it goes on', async () => {
    const first = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
    // Every process has read the clock of the server by then, so that its writes are sent at once.
    const pairs = await Promise.all(first.map((pair, index) => pool.refresh(pair, index)));
    const inEach = (work: (pair: TokenPair, index: number) => Promise<unknown>) => Promise.all(pairs.map(work));

    // All of these have been let in by then, and write when Redis has stopped.
    const writing = pairs.flatMap((pair, index) =>
      [...STORING(pair), ...REMOVING(pair)]
        .filter(([, , token]) => token !== undefined)
        .map((request) => pool.worker(index).send(...request)),
    );
    await sleep(USER_LOOK_UP / 2);
    pool.server.pause();
    const stopped = performance.now();
    for (const { status } of await Promise.all(writing)) expect(status).toBe(503);
    await inEach((pair, index) => expectOutage(pool.worker(index), pair));
    await sleep(STOP - 3_000 - (performance.now() - stopped));
    await inEach((pair, index) => expectOutage(pool.worker(index), pair));
    await sleep(STOP - (performance.now() - stopped));
    const continued = Math.floor(Date.now() / 1000);
    pool.server.resume();

    await expectRecovery(pool, pairs[0] as TokenPair);
    await inEach(async (pair, index) => {
      await expectServed(pool.worker(index), READING(pair));
      expect((await pool.worker(index).send('GET', '/sessions', pair.accessToken)).body).toHaveLength(1);
      const next = await pool.refresh(pair, index);
      expect(claimOf(next.refreshToken, 'iat')).toBeGreaterThanOrEqual(continued);
    });
    // The log-ins that were refused were alice's.
    const { accessToken } = await pool.logIn('alice');
    expect((await pool.worker(0).send('GET', '/sessions', accessToken)).body).toHaveLength(1);
    await expectLoggedOutages(pool);
  }, 120_000);
});
