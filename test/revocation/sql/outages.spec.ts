import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { claimOf } from '../../support/session-tokens.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { WorkerPool, type StoreServer } from '../../support/worker-pool.js';
import { Load } from '../outages/load.js';
import {
  expectLoggedOutages,
  expectOutage,
  expectRecovery,
  expectServed,
  expectUnavailable,
  READING,
  RECOVERY,
  REMOVING,
  STORING,
} from '../outages/service.js';
import { sqlServers, type Administrator, type SqlServer } from './servers.js';

const STOP = 10_000;

/** Sends requests while `disturb` runs. Returns the statuses of the responses. */
async function underLoad(pool: WorkerPool<StoreServer>, disturb: () => Promise<void>): Promise<number[]> {
  const pairs = await Promise.all(Array.from({ length: 8 }, (_, user) => pool.logIn(`load${user}`)));
  const statuses = new Set<number>();
  let over = false;
  const clients = pairs.map(async ({ accessToken, refreshToken: first }, index) => {
    let refreshToken = first;
    while (!over) {
      const [, refreshed] = await Promise.all([
        pool
          .worker(index)
          .send('GET', '/me', accessToken)
          .then(({ status }) => statuses.add(status)),
        pool.worker(index + 1).send('POST', '/refresh', refreshToken),
      ]);
      statuses.add(refreshed.status);
      // A rotation that was answered with 503 may have happened. Then the old token gets its successor.
      if (refreshed.status === 201) ({ refreshToken } = refreshed.body as TokenPair);
    }
  });
  await disturb();
  over = true;
  await Promise.all(clients);
  return [...statuses].sort();
}

function describeOutages({ start, makes, administer, connect }: SqlServer): void {
  let pool: WorkerPool<Awaited<ReturnType<typeof start>>>;
  let administrator: Administrator;
  let pairs: TokenPair[];
  const inEach = (work: (pair: TokenPair, index: number) => Promise<unknown>) => Promise.all(pairs.map(work));
  const expectOutageEverywhere = () => inEach((pair, index) => expectOutage(pool.worker(index), pair));
  const expectNothingLost = async () => {
    await expectRecovery(pool, pairs[0] as TokenPair);
    await inEach(async (pair, index) => {
      expect((await pool.worker(index).send('GET', '/sessions', pair.accessToken)).body).toHaveLength(1);
      await expectServed(pool.worker(index), READING(pair));
      pairs[index] = await pool.refresh(pair, index);
    });
  };

  beforeAll(async () => {
    pool = await WorkerPool.startOn(await start(), makes);
    administrator = await administer(pool.server.url);
  });
  beforeEach(async () => {
    const first = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}-${Math.random()}`)));
    // After this, every process has read the clock of the server.
    pairs = await Promise.all(first.map((pair, index) => pool.refresh(pair, index)));
    pool.takeLogs();
  });
  afterAll(async () => {
    await administrator.leave().catch(() => undefined);
    await pool.stop();
  });

  it('ends all connections: some requests get 503 and later ones do not', async () => {
    const statuses = await underLoad(pool, async () => {
      for (let round = 0; round < 10; round++) {
        await sleep(100);
        await administrator.endConnections();
      }
      await sleep(200);
    });
    expect([200, 201, 503]).toEqual(expect.arrayContaining(statuses));
    await expectNothingLost();
  });

  it('has no free connection: requests get 503 until it has one', async () => {
    const others: (() => Promise<void>)[] = [];
    await administrator.endConnections();
    try {
      for (;;) others.push(await connect(pool.server.url));
    } catch {
      // The server has no more connections.
    }
    await expectOutageEverywhere();
    await Promise.all(others.map((leave) => leave()));
    await expectNothingLost();
    await expectLoggedOutages(pool);
  });

  it('has its table locked for 10 s: requests get 503 in time and no write is late', async () => {
    await administrator.lockTable();
    const locked = performance.now();
    await expectOutageEverywhere();
    await sleep(STOP - 3_000 - (performance.now() - locked));
    await expectOutageEverywhere();
    await sleep(STOP - (performance.now() - locked));
    const unlocked = Math.floor(Date.now() / 1000);
    await administrator.unlockTable();
    await expectNothingLost();
    for (const { refreshToken } of pairs) {
      expect(claimOf(refreshToken, 'iat')).toBeGreaterThanOrEqual(unlocked);
    }
    await expectLoggedOutages(pool);
  });

  it('stops for 10 s: requests get 503 until it continues, and no write is late', async () => {
    const writing = inEach((pair, index) =>
      expectUnavailable(pool.worker(index), [...STORING(pair), ...REMOVING(pair)]),
    );
    pool.server.pause();
    await writing;
    const stopped = performance.now();
    await expectOutageEverywhere();
    await sleep(STOP - 3_000 - (performance.now() - stopped));
    await expectOutageEverywhere();
    await sleep(STOP - (performance.now() - stopped));
    pool.server.resume();
    await expectNothingLost();
    await expectLoggedOutages(pool);
  });

  it('is killed under load: its sessions remain after its restart', async () => {
    const statuses = await underLoad(pool, async () => {
      await sleep(300);
      await pool.server.kill();
      await sleep(1_500);
      await expectOutageEverywhere();
      await pool.server.start();
      await sleep(1_500);
    });
    expect([200, 201, 503]).toEqual(expect.arrayContaining(statuses));
    await expectNothingLost();
    await expectLoggedOutages(pool, 1, 2);
    administrator = await administer(pool.server.url);
  });
}

function describeVanishing({ start, makes }: SqlServer): void {
  it('becomes unreachable without closing connections: requests get 503 until it is reachable', async () => {
    const pool = await WorkerPool.startOn(await start(), []);
    const proxy = await TcpProxy.start(pool.server.port);
    try {
      await pool.startFurther(makes, { storePort: proxy.port });
      const pairs = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
      const inEach = (work: (pair: TokenPair, index: number) => Promise<unknown>) => Promise.all(pairs.map(work));
      await inEach((pair, index) => expectServed(pool.worker(index), READING(pair)));
      proxy.swallow();
      await inEach((pair, index) => expectOutage(pool.worker(index), pair));
      proxy.forward();
      await expectRecovery(pool, pairs[0] as TokenPair);
      await inEach((pair, index) => pool.refresh(pair, index));
      await expectLoggedOutages(pool);
    } finally {
      await pool.stop();
      await proxy.stop();
    }
  });
}

function describeVanishingUnderLoad({ start, makes }: SqlServer): void {
  it('becomes unreachable under load: requests are served within 5 s of its return', async () => {
    const pool = await WorkerPool.startOn(await start(), []);
    const proxy = await TcpProxy.start(pool.server.port);
    const load: Load[] = [];
    try {
      await pool.startFurther(makes, { storePort: proxy.port });
      const pairs = await Promise.all(pool.workers.map((_, index) => pool.logIn(`user${index}`)));
      // So many at once that each pool opens all its connections.
      const many = Array.from({ length: 40 }, () => makes.map((_, index) => index)).flat();
      await Promise.all(many.map((index) => pool.worker(index).send('GET', '/sessions', pairs[index]?.accessToken)));
      load.push(...pool.workers.map((worker, index) => new Load(worker, pairs[index] as TokenPair, 100)));
      await sleep(500);
      proxy.swallow();
      await sleep(8_000);
      proxy.forward();
      const returned = performance.now();
      await Promise.all(load.map((requests) => requests.untilServed(RECOVERY)));
      expect(performance.now() - returned).toBeLessThan(RECOVERY);
    } finally {
      await Promise.all(load.map((requests) => requests.stop()));
      await pool.stop();
      await proxy.stop();
    }
  });
}

function describeStarting({ start, makes, administer }: SqlServer): void {
  let pool: WorkerPool<Awaited<ReturnType<typeof start>>>;
  beforeEach(async () => (pool = await WorkerPool.startOn(await start(), makes)));
  afterEach(() => pool.stop());

  it('is down when the application starts: requests get 503 until it runs', async () => {
    const pair = await pool.logIn('alice');
    await pool.server.kill();
    await pool.startFurther(makes);
    await Promise.all(pool.workers.map((worker) => expectOutage(worker, pair)));
    await pool.server.start();
    await expectRecovery(pool, pair);
    for (const { status } of await pool.sendToAll('POST', '/login?user=bob')) expect(status).toBe(201);
    await expectLoggedOutages(pool);
  });

  it('has lost its data: the old sessions have ended and new ones work', async () => {
    const pair = await pool.logIn('alice');
    const administrator = await administer(pool.server.url);
    await administrator.emptyTable();
    await administrator.leave();
    expect(await pool.statusesOf([pair])).toEqual([401]);
    const next = await pool.logIn('alice');
    await pool.refresh(next, 1);
    expect(pool.takeLogs()).toEqual([]);
  });
}

for (const server of sqlServers) {
  server.describe(`When ${server.name}`, () => {
    describeOutages(server);
    describeVanishing(server);
    describeVanishingUnderLoad(server);
    describeStarting(server);
  });
}
