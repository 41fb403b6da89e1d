import { describeWithRedis } from '../../support/redis-server.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import {
  expectLoggedOutages,
  expectOutage,
  expectRecovery,
  expectServed,
  expectUnavailable,
  READING,
  REMOVING,
  STORING,
} from './service.js';

describeWithRedis('Redis that refuses writes', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(TWO_MAKES);
  });
  afterAll(() => pool.stop());
  const logInOnce = () => Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));

  it('as a replica still answers look-ups; log-ins, refreshes and log-outs get 503 until it is a primary', async () => {
    const pairs = await logInOnce();
    // No server runs at that address, so the replica does not replace its data.
    pool.server.run('REPLICAOF', '127.0.0.1', '1');
    for (let time = 0; time < 3; time++) {
      for (const [index, pair] of pairs.entries()) {
        await expectServed(pool.worker(index), READING(pair));
        await expectUnavailable(pool.worker(index), [...STORING(pair), ...REMOVING(pair)]);
      }
    }
    pool.server.run('REPLICAOF', 'NO', 'ONE');
    for (const [index, pair] of pairs.entries()) await pool.refresh(pair, index);
    await expectLoggedOutages(pool);
  });

  it('as a replica that answers no stale data causes 503', async () => {
    const pairs = await logInOnce();
    pool.server.run('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
    pool.server.run('REPLICAOF', '127.0.0.1', '1');
    await Promise.all(
      pool.workers.map((worker, index) => expectOutage(worker, pairs[index] as (typeof pairs)[number])),
    );
    pool.server.run('REPLICAOF', 'NO', 'ONE');
    await expectRecovery(pool, pairs[0] as (typeof pairs)[number]);
    for (const [index, pair] of pairs.entries()) await pool.refresh(pair, index);
    await expectLoggedOutages(pool);
  });

  it('because its memory is full refuses writes that need memory, but ends sessions', async () => {
    const pairs = await logInOnce();
    const everywhere = await pool.logIn('carol');
    pool.server.run('SETRANGE', 'filler', '2000000', 'x');
    pool.server.run('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    pool.server.run('CONFIG', 'SET', 'maxmemory', '1mb');
    for (let time = 0; time < 3; time++) {
      for (const [index, pair] of pairs.entries()) {
        await expectServed(pool.worker(index), READING(pair));
        // The end of all sessions of a user first frees the memory of the sessions.
        const storing = STORING(pair).filter(([, path]) => path !== '/everywhere' && path !== '/password');
        await expectUnavailable(pool.worker(index), storing);
      }
    }
    const [first, second] = pairs as [(typeof pairs)[number], (typeof pairs)[number]];
    const [logOut] = REMOVING(first);
    await expectServed(pool.worker(0), logOut ? [logOut] : []);
    await expectServed(pool.worker(0), [['DELETE', '/everywhere', everywhere.accessToken]]);
    expect(await pool.statusesOf([first, everywhere])).toEqual([401]);

    pool.server.run('CONFIG', 'SET', 'maxmemory', '0');
    await pool.refresh(second, 1);
    await pool.logIn('user0');
    await expectLoggedOutages(pool);
  });
});
