import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { describeOnSharedStores } from '../../support/shared-stores.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';

const GRACE = 2_000;
const ROUNDS = 20;

describeOnSharedStores('A refresh token that is presented again', (store) => {
  let pool: WorkerPool<StoreServer>;
  beforeAll(async () => {
    pool = await store.start({ rotation: { grace: '2s' } });
  });
  afterAll(async () => {
    const logs = pool.takeLogs();
    await pool.stop();
    expect(logs).toEqual([]);
  });

  it('after grace ends its session in every process, on routes with and without rotation', async () => {
    const replays = await Promise.all(
      ['POST /refresh', 'GET /refresh-only', 'DELETE /logout'].map(async (route) => {
        const first = await pool.logIn('late');
        return { route, first, second: await pool.refresh(first, 1) };
      }),
    );
    await sleep(GRACE + 50);
    for (const { route, first, second } of replays) {
      const [method = '', path = ''] = route.split(' ');
      expect((await pool.worker(2).send('GET', '/me', second.accessToken)).status).toBe(200);
      const replay = await pool.worker(3).send(method, path, first.refreshToken);
      expect(replay).toMatchObject({ status: 401, body: { msg: 'Token has been revoked' } });
      expect(await pool.statusesOf([first, second])).toEqual([401]);
    }
  });

  it('within grace ends its session in every process if its successor was used', async () => {
    const first = await pool.logIn('parent');
    const second = await pool.refresh(first, 1);
    const third = await pool.refresh(second, 2);
    expect((await pool.worker(3).send('POST', '/refresh', first.refreshToken)).status).toBe(401);
    expect(await pool.statusesOf([first, second, third])).toEqual([401]);
  });

  it('within grace ends its session in every process if it is the parent of the parent', async () => {
    const first = await pool.logIn('grandparent');
    const second = await pool.refresh(first, 1);
    const third = await pool.refresh(second, 2);
    const fourth = await pool.refresh(third, 3);
    expect((await pool.worker(0).send('GET', '/refresh-only', first.refreshToken)).status).toBe(401);
    expect(await pool.statusesOf([first, second, third, fourth])).toEqual([401]);
  });

  it('during the rotation of its successor is answered before that rotation or ends the session', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const first = await pool.logIn('meanwhile');
      const second = await pool.refresh(first, round);
      const [replay, rotation] = await Promise.all([
        pool.worker(round + 1).send('POST', '/refresh', first.refreshToken),
        pool.worker(round + 2).send('POST', '/refresh', second.refreshToken),
      ]);
      if (replay.status === 201) expect([replay.body, rotation.status]).toEqual([second, 201]);
      else expect(replay.status).toBe(401);
      expect((await pool.worker(round + 3).send('POST', '/refresh', first.refreshToken)).status).toBe(401);
      const descendants = rotation.status === 201 ? [rotation.body as TokenPair] : [];
      expect(await pool.statusesOf([first, second, ...descendants])).toEqual([401]);
    }
  });

  it('after grace and during the rotation of its successor ends the session in either order', async () => {
    const rounds = await Promise.all(
      Array.from({ length: ROUNDS }, async (_, round) => {
        const first = await pool.logIn(`after${round}`);
        return { first, second: await pool.refresh(first, round) };
      }),
    );
    await sleep(GRACE + 50);
    await Promise.all(
      rounds.map(async ({ first, second }, round) => {
        const [replay, rotation] = await Promise.all([
          pool.worker(round).send('POST', '/refresh', first.refreshToken),
          pool.worker(round + 1).send('POST', '/refresh', second.refreshToken),
        ]);
        expect(replay.status).toBe(401);
        const descendants = rotation.status === 201 ? [rotation.body as TokenPair] : [];
        expect(await pool.statusesOf([first, second, ...descendants])).toEqual([401]);
      }),
    );
  });
});
