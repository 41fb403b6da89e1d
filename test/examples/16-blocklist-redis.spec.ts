import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { describeExample } from './example.js';

describeWithRedis('with Redis', () => {
  let server: RedisServer;
  afterAll(async () => {
    // The application has closed, and with it its connections. The one in the list is that of this command.
    const clients = server.run('CLIENT', 'LIST').trim().split('\n');
    await server.stop();
    expect(clients).toHaveLength(1);
  });

  describeExample(
    '16-blocklist-redis',
    (example) => {
      it('refuses the token after its log-out, and no other token of the user', async () => {
        const first = await example.tokenFrom('POST /login', { username: 'alice' });
        const second = await example.tokenFrom('POST /login', { username: 'alice' });
        expect((await example.request('DELETE /logout', { token: first })).status).toBe(200);
        expect((await example.request('GET /protected', { token: first })).status).toBe(401);
        expect((await example.request('GET /protected', { token: second })).status).toBe(200);
      });
    },
    async () => {
      server = await RedisServer.start();
      return { REDIS_URL: server.url };
    },
  );
});
