import { describeOnSharedStores } from '../../support/shared-stores.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';

describeOnSharedStores('A process that is killed between a rotation and its answer', (store) => {
  let pool: WorkerPool<StoreServer>;
  beforeAll(async () => {
    pool = await store.start({ rotation: { grace: '60s' } });
  });
  afterAll(() => pool.stop());

  it.each([2, 3])('loses no successor, because the retry at another process gets it (number %i)', async (index) => {
    const first = await pool.logIn('alice');
    const victim = pool.worker(index);
    await expect(victim.send('POST', '/refresh?die=now', first.refreshToken)).rejects.toThrow();
    const lostPair = await victim.lastRotation();

    for (const survivor of [pool.worker(0), pool.worker(1)]) {
      const retried = await survivor.send('POST', '/refresh', first.refreshToken);
      expect(retried).toMatchObject({ status: 201, body: lostPair });
    }
    const next = await pool.refresh(lostPair as typeof first);
    expect((await pool.worker(1).send('GET', '/me', next.accessToken)).status).toBe(200);
  });
});
