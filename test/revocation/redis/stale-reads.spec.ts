import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { createSentinel } from 'redis';
import { RedisPair } from '../../support/redis-pair.js';
import { describeWithRedis, RedisSentinel, type RedisServer } from '../../support/redis-server.js';
import { inTime, newSubject, openSession } from '../../support/store-calls.js';
import { until } from '../../support/until.js';

describeWithRedis('RedisRevocationStore and a sentinel client that reads from replicas', () => {
  let pair: RedisPair;
  let sentinel: RedisServer;
  let client: ReturnType<typeof createSentinel>;
  beforeAll(async () => {
    pair = await RedisPair.start();
    sentinel = await RedisSentinel.start(pair.primary);
    const replicas = () => sentinel.run('SENTINEL', 'REPLICAS', 'primary');
    await until(() => replicas().includes(String(pair.replica.port)) && !/s_down|disconnected/.test(replicas()));
    client = createSentinel({
      name: 'primary',
      sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }],
      replicaPoolSize: 1,
    });
    client.on('error', () => undefined);
    await client.connect();
    await until(async () => {
      await client.get('any');
      return (pair.replica.takeCommandCounts().get ?? 0) > 0;
    });
  });
  afterAll(async () => {
    await client.destroy();
    await Promise.all([pair.stop(), sentinel.stop()]);
  });

  it('reads from the primary on its own connection', async () => {
    const store = new RedisRevocationStore({ client });
    const subject = newSubject();
    const { sid } = await openSession(store, { subject });
    pair.link.swallow();
    expect(await store.endSession(subject, sid, inTime())).toBe(true);
    pair.replica.takeCommandCounts();
    for (let count = 0; count < 10; count++) {
      expect((await store.lookUp({ subject, sid, jti: null })).session).toBeNull();
    }
    expect(pair.replica.takeCommandCounts()).not.toHaveProperty('mget');
    expect(await store.describeProblems()).toEqual([]);
    await store.close();
  });

  it('reports the replica at the start if it works on the client of the application', async () => {
    const store = new RedisRevocationStore({ client, ownConnection: false });
    expect(await store.describeProblems()).toEqual([expect.stringContaining('Connect to its primary')]);
  });
});
