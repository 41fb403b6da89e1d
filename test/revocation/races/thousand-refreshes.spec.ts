import type { TokenPair } from 'nestjs-jwt-extended';
import { describeOnSharedStores, SERIALIZABLE, type SharedStore } from '../../support/shared-stores.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';

const ROUNDS = 10;

const NAME = 'Many refreshes of one token at once over 4 processes';

/** The number of requests is 1,000, or 200 if all transactions are serializable. */
const describeCrowds = (store: SharedStore): void => {
  const { crowd } = store;
  let pool: WorkerPool<StoreServer>;
  const start = async (grace: '60s' | 0) => {
    pool = await store.start({ rotation: { grace } });
  };
  const refreshAtOnce = (token: string) =>
    Promise.all(Array.from({ length: crowd }, (_, index) => pool.worker(index).send('POST', '/refresh', token)));
  /** Repeats the refresh until its status is not 503. */
  const retry = async (token: string, index: number) => {
    for (;;) {
      const answer = await pool.worker(index).send('POST', '/refresh', token);
      if (answer.status !== 503) return answer;
    }
  };
  afterEach(async () => {
    const logs = pool.takeLogs();
    await pool.stop();
    expect(logs).toEqual([]);
  });

  it('all get the same successor within grace, even in a retry after a 503', async () => {
    await start('60s');
    for (let round = 0; round < ROUNDS / store.slowness; round++) {
      const first = await pool.logIn(`alice${round}`);
      const answers = await refreshAtOnce(first.refreshToken);
      const late = answers.filter(({ status }) => status !== 201);
      expect(late.filter(({ status }) => status !== 503)).toEqual([]);
      const retried = await Promise.all(late.map((_, index) => retry(first.refreshToken, index)));
      const pairs = [...answers.filter(({ status }) => status === 201), ...retried].map(
        ({ body }) => body as TokenPair,
      );
      expect(pairs).toHaveLength(crowd);
      const [successor] = pairs as [TokenPair];
      expect(new Set(pairs.map(({ accessToken, refreshToken }) => accessToken + refreshToken)).size).toBe(1);

      expect((await pool.worker(round).send('POST', '/refresh', successor.refreshToken)).status).toBe(201);
      expect((await pool.worker(round).send('POST', '/refresh', first.refreshToken)).status).toBe(401);
      expect(await pool.statusesOf([first, successor])).toEqual([401]);
    }
  }, 300_000);

  it('get at most one successor without grace, and the session ends', async () => {
    await start(0);
    for (let round = 0; round < ROUNDS / store.slowness; round++) {
      const first = await pool.logIn(`bob${round}`);
      const answers = await refreshAtOnce(first.refreshToken);
      const served = answers.filter(({ status }) => status === 201);
      expect(served.length).toBeLessThanOrEqual(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(crowd - served.length);
      expect(await pool.statusesOf([first, ...served.map(({ body }) => body as TokenPair)])).toEqual([401]);
    }
  }, 300_000);
};

describeOnSharedStores(NAME, describeCrowds, [SERIALIZABLE]);
