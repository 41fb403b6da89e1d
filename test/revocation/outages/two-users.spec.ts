import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { describeWithRedis } from '../../support/redis-server.js';
import { sidOf } from '../../support/session-tokens.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { TWO_MAKES, WorkerPool } from '../../support/worker-pool.js';
import type { WorkerAnswer, WorkerProcess } from '../../support/worker-process.js';

const CLIENTS_PER_PROCESS = 4;

describeWithRedis('Users who take turns while Redis is slow', () => {
  let pool: WorkerPool;
  let proxy: TcpProxy;
  let alice: TokenPair;
  let bob: TokenPair;
  let loggedOut: TokenPair;
  let over: boolean;

  beforeAll(async () => {
    pool = await WorkerPool.start([]);
    proxy = await TcpProxy.start(pool.server.port);
    await pool.startFurther(TWO_MAKES, { storePort: proxy.port });
    [alice, bob, loggedOut] = await Promise.all([pool.logIn('alice'), pool.logIn('bob'), pool.logIn('gone')]);
    await pool.worker(0).send('DELETE', '/logout', loggedOut.refreshToken);
  });
  afterAll(async () => {
    await pool.stop();
    await proxy.stop();
  });

  /** The result of each request: its status, and whether the answer was for the user who sent it. */
  async function takeTurns(worker: WorkerProcess): Promise<string[]> {
    const met: string[] = [];
    const check = (user: string, { status, body }: WorkerAnswer, isOwn: (answer: typeof body) => boolean) =>
      met.push(`${user} ${status}${status === 200 && !isOwn(body) ? ' with the answer of another' : ''}`);
    while (!over) {
      for (const [user, pair] of Object.entries({ alice, bob })) {
        const { accessToken } = pair;
        check(
          user,
          await worker.send('GET', '/me', accessToken),
          ({ identity, sid }) => identity === user && sid === sidOf(pair),
        );
        check(user, await worker.send('GET', '/sessions', accessToken), ([session]) => session.sid === sidOf(pair));
      }
      check('gone', await worker.send('GET', '/me', loggedOut.accessToken), () => false);
    }
    return met;
  }

  async function statusesDuring(disturb: () => Promise<void>): Promise<string[]> {
    over = false;
    const clients = pool.workers.flatMap((worker) =>
      Array.from({ length: CLIENTS_PER_PROCESS }, () => takeTurns(worker)),
    );
    await disturb();
    over = true;
    return [...new Set((await Promise.all(clients)).flat())].sort();
  }

  /** Every user was served, and some requests were refused during the outage. No other status occurred. */
  const expectOwnAnswers = (met: readonly string[]) => {
    const served = ['alice 200', 'bob 200', 'gone 401'];
    expect(met).toEqual(expect.arrayContaining(served));
    const refused = met.filter((answer) => !served.includes(answer));
    expect(refused.length).toBeGreaterThan(0);
    expect(['alice 503', 'bob 503', 'gone 503']).toEqual(expect.arrayContaining(refused));
  };

  it('never get each other’s answers, and cannot use a session that is over, during several stops', async () => {
    const met = await statusesDuring(async () => {
      for (const stop of [900, 1_300, 2_500]) {
        await sleep(200);
        pool.server.pause();
        await sleep(stop);
        pool.server.resume();
      }
      await sleep(200);
    });
    expectOwnAnswers(met);
  });

  it('never get each other’s answers if the answers of Redis come after the timeout', async () => {
    const met = await statusesDuring(async () => {
      proxy.delayAnswers(() => Math.random() * 2_000);
      await sleep(4_000);
      proxy.delayAnswers(() => 0);
      await sleep(2_500);
    });
    expectOwnAnswers(met);
  });
});
