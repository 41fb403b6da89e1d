import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { createClient } from 'redis';
import { describeServers } from '../../../src/stores/redis/redis-servers.js';
import { describeWithRedis, RedisClusterOfServers, RedisServer } from '../../support/redis-server.js';
import { singleDrivers, type Connected } from './drivers.js';

describeWithRedis('The problems of Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  describe.each(singleDrivers)('with $name', (driver) => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await driver.connect([server]);
    });
    afterAll(() => connected.close());
    const problems = () => connected.store.describeProblems();

    it('are none with the default settings', async () => {
      expect(await problems()).toEqual([]);
    });

    it.each(['allkeys-lru', 'volatile-ttl'])('include the policy %s if memory is limited', async (policy) => {
      server.run('CONFIG', 'SET', 'maxmemory-policy', policy);
      expect(await problems()).toEqual([]);
      server.run('CONFIG', 'SET', 'maxmemory', '100mb');
      expect(await problems()).toEqual([
        'Redis evicts sessions and revoked tokens when its memory is full ' +
          `(maxmemory-policy ${policy}): set "maxmemory-policy noeviction".`,
      ]);
      server.run('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      expect(await problems()).toEqual([]);
      server.run('CONFIG', 'SET', 'maxmemory', '0');
    });

    it('include a replica', async () => {
      server.run('REPLICAOF', '127.0.0.1', '1');
      expect(await problems()).toEqual([expect.stringContaining('Connect to its primary')]);
      server.run('REPLICAOF', 'NO', 'ONE');
    });

    it('do not include a server that refuses INFO', async () => {
      server.run('ACL', 'SETUSER', 'default', '-info');
      expect(await problems()).toEqual([]);
      server.run('ACL', 'SETUSER', 'default', '+info');
    });
  });

  it('include a client for one server on a cluster', async () => {
    const cluster = await RedisClusterOfServers.start();
    for (const driver of singleDrivers) {
      const connected = await driver.connect(cluster.nodes);
      expect(await connected.store.describeProblems()).toEqual([expect.stringContaining('use createCluster()')]);
      connected.close();
    }
    await cluster.stop();
  });

  it('include a client that was never connected, if the store has no connection of its own', async () => {
    const client = createClient({ url: server.url });
    const store = new RedisRevocationStore({ client, ownConnection: false });
    const independent = new RedisRevocationStore({ client });
    expect(await independent.describeProblems()).toEqual([]);
    await independent.close();
    expect(await store.describeProblems()).toEqual([
      'The Redis client is not connected: await client.connect() before the start.',
    ]);
  });

  it('include clocks of a cluster that differ', async () => {
    const nodes = [0, 400].map((behind) => ({
      time: async () => [
        String(Math.floor((Date.now() - behind) / 1000)),
        String(((Date.now() - behind) % 1000) * 1000),
      ],
      info: async () => '',
    }));
    const commands = { isOpen: () => true, isCluster: true, primaries: () => nodes } as never;
    expect(await describeServers(commands)).toEqual([
      expect.stringMatching(/^The clocks of the Redis nodes differ by \d+ ms, .* synchronise the clocks\.$/),
    ]);
  });
});
