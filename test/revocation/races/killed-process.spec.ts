import { describeWithRedis } from '../../support/redis-server.js';
import { FOUR_MAKES, WorkerPool } from '../../support/worker-pool.js';

describeWithRedis('A process that is killed between a rotation and its answer', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(FOUR_MAKES, { timeout: '10s', rotation: { grace: '60s' } });
  });
  afterAll(() => pool.stop());

  it.each([
    ['redis', 0],
    ['ioredis', 1],
  ])('leaves its successor to the retry at another process (%s)', async (_driver, index) => {
    const first = await pool.logIn('alice');
    const victim = pool.worker(index + 2);
    await expect(victim.send('POST', '/refresh?die=now', first.refreshToken)).rejects.toThrow();
    const unheard = await victim.lastRotation();

    for (const survivor of [pool.worker(0), pool.worker(1)]) {
      const retried = await survivor.send('POST', '/refresh', first.refreshToken);
      expect(retried).toMatchObject({ status: 201, body: unheard });
    }
    const next = await pool.refresh(unheard as typeof first);
    expect((await pool.worker(1).send('GET', '/me', next.accessToken)).status).toBe(200);
  });
});
