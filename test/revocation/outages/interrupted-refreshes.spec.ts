import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { describeWithRedis } from '../../support/redis-server.js';
import { FOUR_MAKES, WorkerPool } from '../../support/worker-pool.js';

const ROUNDS = 10;
const REQUESTS = 100;

describeWithRedis('Refreshes of one token while Redis stops for moments', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start(FOUR_MAKES, { timeout: '50ms', rotation: { grace: '60s' } });
  }, 60_000);
  afterAll(() => pool.stop());

  const untilAnswered = async (index: number, path: string, token?: string) => {
    for (;;) {
      const answer = await pool.worker(index).send('POST', path, token);
      if (answer.status !== 503) return answer;
    }
  };

  it('are answered with the one successor or 503, and so is every retry', async () => {
    const statuses = new Set<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const { refreshToken } = (await untilAnswered(0, '/login?user=alice')).body as TokenPair;
      const refreshing = Array.from({ length: REQUESTS }, (_, index) =>
        pool.worker(index).send('POST', '/refresh', refreshToken),
      );
      await sleep(round * 5);
      pool.server.pause();
      await sleep(100);
      pool.server.resume();
      const answers = await Promise.all(refreshing);
      answers.forEach(({ status }) => statuses.add(status));
      const retries = answers.map(async (answer, index) =>
        answer.status === 503 ? untilAnswered(index, '/refresh', refreshToken) : answer,
      );
      const pairs = (await Promise.all(retries)).map(({ status, body }) => JSON.stringify({ status, body }));
      expect(new Set(pairs).size).toBe(1);
      const { status, body: successor } = JSON.parse(pairs[0] as string) as { status: number; body: TokenPair };
      expect(status).toBe(201);
      expect((await untilAnswered(round, '/refresh', successor.refreshToken)).status).toBe(201);
    }
    expect([...statuses].sort()).toEqual([201, 503]);
  }, 120_000);
});
