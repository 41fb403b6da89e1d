import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClientPool, createClient } from 'redis';
import { SECRET } from '../../support/forge.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { inTime, newSubject } from '../../support/store-calls.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { singleDrivers, type Connected } from './drivers.js';

/** How long a store may need after the end of a fault, in milliseconds. */
const RECOVERY = 5_000;

/** How long the end of a connection may take after `close()`, in milliseconds. */
const AT_ONCE = 250;

const ask = (store: RedisRevocationStore) => store.lookUp({ subject: newSubject(), sid: null, jti: 'a jti' });
const answers = (store: RedisRevocationStore) =>
  ask(store).then(
    () => true,
    () => false,
  );

describeWithRedis('The connection of a RedisRevocationStore', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  /** The connections to the server, without that of this question. */
  const connections = () => server.run('CLIENT', 'LIST').split('\n').length - 1;

  describe.each(singleDrivers)('with $name', (driver) => {
    let connected: Connected;
    let store: RedisRevocationStore;
    let isOpen: boolean;
    beforeEach(async () => {
      isOpen = true;
      connected = await driver.connect([server]);
      ({ store } = connected);
    });
    afterEach(async () => {
      await store.close();
      if (isOpen) connected.close();
      await until(() => connections() === 0);
    });

    it('opens with the first call, ends with close(), and opens again with the next call', async () => {
      expect(connections()).toBe(1);
      await ask(store);
      await store.deny(newSubject(), 'a jti', 1_000, inTime());
      expect(connections()).toBe(2);
      await store.close();
      await until(() => connections() === 1, RECOVERY);
      await ask(store);
      expect(connections()).toBe(2);
    });

    it('loses no answer by close()', async () => {
      await ask(store);
      const calls = Array.from({ length: 100 }, () => ask(store));
      await store.close();
      await Promise.all(calls);
    });

    it('ends with close() also while another attempt to connect gets no answer', async () => {
      const proxy = await TcpProxy.start(server.port);
      const silent = await driver.connect([{ port: proxy.port, url: `redis://127.0.0.1:${proxy.port}` }]);
      await ask(silent.store);
      expect(proxy.connections).toBe(2);
      proxy.swallow();
      await until(() => proxy.connections === 3);
      await silent.store.close();
      await until(() => proxy.connections === 1, AT_ONCE);
      silent.close();
      await proxy.stop();
    });

    it('ends with close() also during the pause after a failed attempt, and refuses the calls that wait for it', async () => {
      const proxy = await TcpProxy.start(server.port);
      const refused = await driver.connect([{ port: proxy.port, url: `redis://127.0.0.1:${proxy.port}` }]);
      await ask(refused.store);
      await proxy.refuse();
      await until(async () => !(await answers(refused.store)));
      const waiting = answers(refused.store);
      await refused.store.close();
      const closed = performance.now();
      expect(await waiting).toBe(false);
      expect(performance.now() - closed).toBeLessThan(AT_ONCE);
      refused.close();
      await proxy.stop();
    });

    it('ends when the application closes its client', async () => {
      await ask(store);
      connected.close();
      isOpen = false;
      await until(() => connections() === 0, RECOVERY);
    });

    it('ends with the application that uses the store, and the client of the application does not', async () => {
      const revocation = { store };
      const app = await NestFactory.createApplicationContext(
        { module: class {}, imports: [JwtExtendedModule.forRoot({ secret: SECRET, revocation })] },
        { logger: false },
      );
      await ask(store);
      expect(connections()).toBe(2);
      await app.close();
      await until(() => connections() === 1, RECOVERY);
    });
  });

  it('is missing with "ownConnection: false"', async () => {
    const client = await createClient({ url: server.url }).connect();
    const store = new RedisRevocationStore({ client, ownConnection: false });
    await ask(store);
    expect(connections()).toBe(1);
    await store.close();
    expect(await answers(store)).toBe(true);
    client.destroy();
    await until(() => connections() === 0);
  });

  it('is missing if the client cannot be duplicated, which is a problem that the start reports', async () => {
    const redis = new Redis(server.url);
    const client = Object.create(redis, { duplicate: { value: undefined } }) as RedisClient;
    const store = new RedisRevocationStore({ client });
    expect(await answers(store)).toBe(true);
    expect(connections()).toBe(1);
    expect(await store.describeProblems()).toEqual([
      expect.stringMatching(/^The Redis client has no duplicate\(\), .* "ownConnection: false"\.$/),
    ]);
    redis.disconnect();
    await until(() => connections() === 0);
  });

  it('uses no client that the application has not opened', async () => {
    const store = new RedisRevocationStore({ client: createClient({ url: server.url }) });
    expect(await answers(store)).toBe(true);
    expect(connections()).toBe(1);
    await store.close();
    await until(() => connections() === 0);
  });

  it.each<[string, (url: string) => Promise<[RedisClient, () => void]>]>([
    [
      'createClientPool()',
      async (url) => {
        const pool = createClientPool({ url }, { minimum: 1, maximum: 2 });
        pool.on('error', () => undefined);
        await pool.connect();
        return [pool, () => pool.destroy()];
      },
    ],
    [
      'a client that gives up when its server is silent',
      async (url) => {
        const client = createClient({ url, socket: { socketTimeout: 500 } });
        client.on('error', () => undefined);
        await client.connect();
        return [client, () => client.isOpen && client.destroy()];
      },
    ],
    [
      'a client that never connects again',
      async (url) => {
        const client = new Redis(url, { retryStrategy: () => null });
        client.on('error', () => undefined);
        await client.ping();
        // After the end, disconnect() would start a timer that keeps the process alive for two seconds.
        return [client, () => client.status !== 'end' && client.disconnect()];
      },
    ],
  ])('is replaced within 5 s of the return of the network: %s', async (_name, connect) => {
    const proxy = await TcpProxy.start(server.port);
    const [client, close] = await connect(`redis://127.0.0.1:${proxy.port}`);
    const store = new RedisRevocationStore({ client });
    await ask(store);
    for (const fault of ['swallow', 'refuse'] as const) {
      await proxy[fault]();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      if (fault === 'swallow') proxy.forward();
      else await proxy.accept();
      await until(() => answers(store), RECOVERY);
    }
    await store.close();
    close();
    await proxy.stop();
    await until(() => connections() === 0);
  });
});
