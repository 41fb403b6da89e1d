import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis } from '../../support/redis-server.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import {
  deadlineOf,
  expectLoggedOutages,
  expectOutage,
  expectRecovery,
  expectUnavailable,
  READING,
  STORING,
} from './service.js';

const ON_DISK = ['--appendonly', 'yes', '--appendfsync', 'always'];

describeWithRedis('Redis that is killed', () => {
  let pool: WorkerPool;
  afterEach(() => pool.stop());

  it('during requests and started again with its data has the same sessions and no refused write', async () => {
    pool = await WorkerPool.start(TWO_MAKES, {}, ON_DISK);
    const pairs = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
    const of = (index: number) => pairs[index] as (typeof pairs)[number];
    await Promise.all(pool.workers.map((worker, index) => worker.send('GET', '/me', of(index).accessToken)));

    pool.server.pause();
    const waiting = pool.workers.map((worker, index) =>
      expectUnavailable(worker, [...READING(of(index)), ...STORING(of(index))]),
    );
    await sleep(200);
    await pool.server.kill();
    await Promise.all(waiting);
    // The system now refuses connections.
    await Promise.all(pool.workers.map((worker, index) => expectOutage(worker, of(index))));

    await pool.server.start();
    await expectRecovery(pool, of(0));
    for (const [index, pair] of pairs.entries()) {
      const { body: sessions } = await pool.worker(index).send('GET', '/sessions', pair.accessToken);
      expect(sessions).toHaveLength(1);
      await pool.refresh(pair, index);
    }
    await expectLoggedOutages(pool);
  });

  it('under load and started again without its data has only new sessions', async () => {
    pool = await WorkerPool.start(TWO_MAKES);
    const pair = await pool.logIn('alice');
    let over = false;
    const statuses = new Set<number>();
    let slowest = 0;
    const clients = Array.from({ length: 20 }, async (_, client) => {
      while (!over) {
        const answer = await pool.worker(client).send('GET', '/me', pair.accessToken);
        statuses.add(answer.status);
        slowest = Math.max(slowest, answer.milliseconds);
      }
    });
    await sleep(300);
    const deadlines = pool.workers.map(deadlineOf);
    await pool.server.kill();
    await sleep(1_500);
    over = true;
    await Promise.all(clients);
    expect([...statuses].sort()).toEqual([200, 503]);
    await Promise.all(deadlines.map((inTime) => inTime(slowest)));

    await pool.server.start();
    await expectRecovery(pool, pair);
    expect(await pool.statusesOf([pair])).toEqual([401]);
    const next = await pool.logIn('alice');
    await pool.refresh(next, 1);
    await expectLoggedOutages(pool);
  });

  it('before the application starts causes 503 only for requests that need a store, until Redis runs', async () => {
    pool = await WorkerPool.start(TWO_MAKES);
    const pair = await pool.logIn('alice');
    await pool.server.kill();
    await pool.startFurther(TWO_MAKES);
    await Promise.all(pool.workers.map((worker) => expectOutage(worker, pair)));
    await pool.server.start();
    await expectRecovery(pool, pair);
    for (const { status } of await pool.sendToAll('POST', '/login?user=bob')) expect(status).toBe(201);
    await expectLoggedOutages(pool);
  });
});
