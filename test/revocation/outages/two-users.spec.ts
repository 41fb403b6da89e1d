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
  let gone: TokenPair;
  let over: boolean;

  beforeAll(async () => {
    pool = await WorkerPool.start([]);
    proxy = await TcpProxy.start(pool.server.port);
    await pool.startFurther(TWO_MAKES, { storePort: proxy.port });
    [alice, bob, gone] = await Promise.all([pool.logIn('alice'), pool.logIn('bob'), pool.logIn('gone')]);
    await pool.worker(0).send('DELETE', '/logout', gone.refreshToken);
  }, 60_000);
  afterAll(async () => {
    await pool.stop();
    await proxy.stop();
  });

  /** How each request was answered; one that was served was so for the user who sent it. */
  async function takeTurns(worker: WorkerProcess): Promise<string[]> {
    const met: string[] = [];
    const note = (user: string, { status, body }: WorkerAnswer, own?: unknown) => {
      if (status === 200) expect(body).toMatchObject(own as object);
      met.push(`${user} ${status}`);
    };
    while (!over) {
      for (const [user, pair] of Object.entries({ alice, bob })) {
        const { accessToken } = pair;
        note(user, await worker.send('GET', '/me', accessToken), { identity: user, sid: sidOf(pair) });
        note(user, await worker.send('GET', '/sessions', accessToken), [{ sid: sidOf(pair) }]);
      }
      note('gone', await worker.send('GET', '/me', gone.accessToken));
    }
    return met;
  }

  async function meanwhile(disturb: () => Promise<void>): Promise<string[]> {
    over = false;
    const clients = pool.workers.flatMap((worker) =>
      Array.from({ length: CLIENTS_PER_PROCESS }, () => takeTurns(worker)),
    );
    await disturb();
    over = true;
    return [...new Set((await Promise.all(clients)).flat())].sort();
  }

  /** Everybody was served, somebody was refused meanwhile, and nothing else happened. */
  const expectOwnAnswers = (met: readonly string[]) => {
    const served = ['alice 200', 'bob 200', 'gone 401'];
    expect(met).toEqual(expect.arrayContaining(served));
    const refused = met.filter((answer) => !served.includes(answer));
    expect(refused.length).toBeGreaterThan(0);
    expect(['alice 503', 'bob 503', 'gone 503']).toEqual(expect.arrayContaining(refused));
  };

  it('never get each other’s answers, and no session that is over is let in, through several stops', async () => {
    const met = await meanwhile(async () => {
      for (const stop of [900, 1_300, 2_500]) {
        await sleep(200);
        pool.server.pause();
        await sleep(stop);
        pool.server.resume();
      }
      await sleep(200);
    });
    expectOwnAnswers(met);
  }, 60_000);

  it('nor where answers come after they were given up', async () => {
    const met = await meanwhile(async () => {
      proxy.delayAnswers(() => Math.random() * 2_000);
      await sleep(4_000);
      proxy.delayAnswers(() => 0);
      await sleep(2_500);
    });
    expectOwnAnswers(met);
  }, 60_000);
});
