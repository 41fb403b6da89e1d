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
});
