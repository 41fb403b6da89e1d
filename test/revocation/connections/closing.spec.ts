import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { ConnectedApp } from '../../support/connected-app.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

/** The clients of an application, and how to close them. */
const CLIENTS: Record<string, (url: string) => Promise<{ client: RedisClient; close: () => unknown }>> = {
  redis: async (url) => {
    const client = await createClient({ url }).connect();
    return { client, close: () => client.close() };
  },
  ioredis: (url) => {
    const client = new Redis(url);
    return Promise.resolve({ client, close: () => client.quit() });
  },
};

describeWithRedis('The connections of the library to Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  /** `redis-cli`, which asks, is one of them. */
  const count = () => server.run('CLIENT', 'LIST').trim().split('\n').length - 1;

  it.each(Object.keys(CLIENTS))(
    'open with the first connection of a user, and close with the application (%s)',
    async (name) => {
      const { client, close } = await (CLIENTS[name] as NonNullable<(typeof CLIENTS)[string]>)(server.url);
      const app = await ConnectedApp.start({ revocation: { store: new RedisRevocationStore({ client }) } });
      const { accessToken } = await app.tokens.createTokenPair('alice');
      // The client of the application, and the connection of the store.
      expect(count()).toBe(2);
      const connection = await app.open(accessToken);
      await until(() => count() > 2);
      await app.close();
      await until(() => count() === 1);
      expect(connection.code).toBeNull();
      await close();
    },
  );

  describe.each(Object.keys(CLIENTS))('of work that no call waits for, with %s', (name) => {
    let client: RedisClient;
    let close: () => unknown;
    let store: RedisRevocationStore;
    beforeEach(async () => {
      ({ client, close } = await (CLIENTS[name] as NonNullable<(typeof CLIENTS)[string]>)(server.url));
      store = new RedisRevocationStore({ client });
    });
    afterEach(() => close());

    /** Work that goes on would open a connection at once. */
    async function expectClosed(): Promise<void> {
      await until(() => count() === 1);
      await sleep(100);
      expect(count()).toBe(1);
    }

    it('close with the store, however far a watch has come', async () => {
      for (let wait = 0; wait < 12; wait++) {
        await store.now();
        const watching = store.watch(() => undefined).catch(() => null);
        await sleep(wait);
        await store.close();
        (await watching)?.close();
        await expectClosed();
      }
    });

    it('close with the store while it removes the records of many sessions', async () => {
      const subject = 'subject-of-many';
      const token = { id: 'id', issuedAt: 0, csrf: null, lifetime: null };
      const open = { subject, token, device: null, maxPerSubject: null, existing: false, maxAge: null, leeway: 0 };
      const sids = Array.from({ length: 3_000 }, (_, index) => `${subject}.${index}`);
      await Promise.all(sids.map((sid) => store.openSession({ ...open, sid }, Infinity)));
      await store.endSessions({ subject, before: null, except: null }, Infinity);
      await store.close();
      await expectClosed();
    });
  });
});
