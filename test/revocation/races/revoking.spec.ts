import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { sidOf } from '../../support/session-tokens.js';
import { describeOnSharedStores } from '../../support/shared-stores.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';
import type { WorkerAnswer } from '../../support/worker-process.js';

/** A session that is to end, and another one of the same user. */
interface Sessions {
  readonly ending: TokenPair;
  readonly other: TokenPair;
}

interface Revoking {
  readonly name: string;
  readonly route: (sessions: Sessions) => readonly [method: string, path: string, token: string];
  /** Whether the other session stays open. */
  readonly sparesOther: boolean;
}

const REVOKING: readonly Revoking[] = [
  { name: 'log-out', route: ({ ending }) => ['DELETE', '/logout', ending.refreshToken], sparesOther: true },
  {
    name: '"end this one"',
    route: ({ ending, other }) => ['DELETE', `/sessions/${sidOf(ending)}`, other.accessToken],
    sparesOther: true,
  },
  {
    name: '"sign out everywhere"',
    route: ({ other }) => ['DELETE', '/everywhere', other.accessToken],
    sparesOther: false,
  },
  { name: 'a new password', route: ({ other }) => ['PUT', '/password', other.accessToken], sparesOther: true },
];

const ROUNDS = 12;
const MOST_STEPS = 12;

describeOnSharedStores('A refresh against', (store) => {
  let pool: WorkerPool<StoreServer>;
  beforeAll(async () => {
    // The look-up of the user makes a request wait between the check of the library and the route.
    pool = await store.start({ rotation: { grace: '60s' }, lookUpPause: 5 });
  });
  afterAll(async () => {
    const logs = pool.takeLogs();
    await pool.stop();
    expect(logs).toEqual([]);
  });

  let users = 0;
  const logInTwice = async (): Promise<Sessions> => {
    const user = `user${users++}`;
    return { ending: await pool.logIn(user), other: await pool.logIn(user) };
  };

  const expectOver = async (
    { ending, other }: Sessions,
    descendants: readonly TokenPair[],
    { sparesOther }: Revoking,
  ) => {
    expect(await pool.statusesOf([ending, ...descendants])).toEqual([401]);
    if (!sparesOther) expect(await pool.statusesOf([other])).toEqual([401]);
    else await pool.refresh(other, users);
  };

  describe.each(REVOKING)('$name', (revoking) => {
    const revoke = (sessions: Sessions, index: number) => pool.worker(index).send(...revoking.route(sessions));

    it('that comes first refuses the refresh', async () => {
      const sessions = await logInTwice();
      expect((await revoke(sessions, 1)).status).toBe(200);
      expect((await pool.worker(2).send('POST', '/refresh', sessions.ending.refreshToken)).status).toBe(401);
      await expectOver(sessions, [], revoking);
    });

    it('that comes second refuses the tokens of the refresh', async () => {
      const sessions = await logInTwice();
      const next = await pool.refresh(sessions.ending, 1);
      expect((await revoke(sessions, 2)).status).toBe(200);
      await expectOver(sessions, [next], revoking);
    });

    it('that comes between two refreshes of one token refuses the tokens of both', async () => {
      const sessions = await logInTwice();
      const next = await pool.refresh(sessions.ending, 1);
      expect((await revoke(sessions, 2)).status).toBe(200);
      expect((await pool.worker(3).send('POST', '/refresh', sessions.ending.refreshToken)).status).toBe(401);
      await expectOver(sessions, [next], revoking);
    });

    it('at the same time refuses every request that was sent after its 2xx', async () => {
      let overlaps = 0;
      for (let round = 0; round < ROUNDS / store.slowness; round++) {
        const sessions = await logInTwice();
        const requests: { at: number; answer: Promise<WorkerAnswer> }[] = [];
        const send = (index: number, method: string, path: string, token: string) => {
          const answer = pool.worker(index).send(method, path, token);
          requests.push({ at: performance.now(), answer });
          return answer;
        };
        const descendants: TokenPair[] = [];
        let revokedAt = Infinity;

        const refreshing = async () => {
          let { accessToken, refreshToken } = sessions.ending;
          for (let step = 0; step < MOST_STEPS; step++) {
            const refreshes = pool.workers.map((_, index) => send(index, 'POST', '/refresh', refreshToken));
            const requests = pool.workers.map((_, index) => send(index, 'GET', '/me', accessToken));
            const pair = (await Promise.all(refreshes)).find(({ status }) => status === 201)?.body as
              TokenPair | undefined;
            await Promise.all(requests);
            if (pair === undefined) return;
            descendants.push(pair);
            ({ accessToken, refreshToken } = pair);
          }
        };
        const ending = async () => {
          await sleep(Math.random() * 60);
          // The log-out has the newest refresh token.
          const newest = { ...sessions, ending: descendants.at(-1) ?? sessions.ending };
          const { status } = await revoke(newest, round);
          revokedAt = performance.now();
          // A log-out with a token that has been replaced twice meanwhile is a reuse, which ends the session too.
          expect(revoking.name === 'log-out' ? [200, 401] : [200]).toContain(status);
        };
        await Promise.all([refreshing(), ending()]);

        for (const { at, answer } of requests) {
          if (at >= revokedAt) expect((await answer).status).toBe(401);
          else if (at + (await answer).milliseconds > revokedAt) overlaps++;
        }
        await expectOver(sessions, descendants, revoking);
      }
      expect(overlaps).toBeGreaterThan(0);
    });
  });
});
