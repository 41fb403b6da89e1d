import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { FOUR_MAKES, WorkerPool, type Make } from '../../support/worker-pool.js';

describeWithRedis('A rotation that Redis carried out, with a lost answer', () => {
  let pool: WorkerPool;
  let proxy: TcpProxy;
  const start = async (make: Make | undefined, grace: '60s' | 0) => {
    pool = await WorkerPool.start([]);
    proxy = await TcpProxy.start(pool.server.port);
    await pool.startFurther(make ? [make] : [], { storePort: proxy.port, timeout: '10s', rotation: { grace } });
  };
  afterEach(async () => {
    await pool.stop();
    await proxy.stop();
  });

  /** Refreshes, and breaks the connection after Redis has run the script. */
  async function refreshAndBreak(refreshToken: string) {
    pool.server.takeCommandCounts();
    proxy.loseAnswerTo(/evalsha/i);
    const refreshing = pool.worker(0).send('POST', '/refresh', refreshToken);
    while (pool.server.takeCommandCounts().evalsha !== 1) await sleep(20);
    proxy.loseAnswerTo(null);
    proxy.reset();
    return refreshing;
  }

  it.each(FOUR_MAKES.slice(0, 2))('counts, and the retry gets its successor ($driver)', async (make) => {
    await start(make, '60s');
    // Now Redis has the scripts, and the process has read the clock of the server.
    const first = await pool.refresh(await pool.logIn('alice'));
    const answer = await refreshAndBreak(first.refreshToken);
    expect([201, 503]).toContain(answer.status);
    const second = await pool.refresh(first);
    if (answer.status === 201) expect(answer.body).toEqual(second);
    expect(await pool.refresh(first)).toEqual(second);
    const third = await pool.refresh(second);
    expect((await pool.worker(0).send('GET', '/me', third.accessToken)).status).toBe(200);
  });

  it('causes no reuse if the driver sends the command again (ioredis), even without grace', async () => {
    await start(FOUR_MAKES[1], 0);
    const first = await pool.refresh(await pool.logIn('alice'));
    const answer = await refreshAndBreak(first.refreshToken);
    expect(answer.status).toBe(201);
    await pool.refresh(answer.body as typeof first);
  });
});
