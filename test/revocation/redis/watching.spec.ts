import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import type { StoreWatch } from 'nestjs-jwt-extended/store';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { createClientPool as createClientPool5, createSentinel as createSentinel5 } from 'redis-5';
import { describeWithRedis, RedisClusterOfServers, RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { HOUR, inTime, newSubject, openSession } from '../../support/store-calls.js';
import { until } from '../../support/until.js';

type Connect = (
  server: RedisServer,
  options?: Record<string, unknown>,
) => RedisClient & { connect(): Promise<unknown> };

const lazyConnect = true;
const sentinelAt = ({ port }: RedisServer) => ({ name: 'primary', sentinelRootNodes: [{ host: '127.0.0.1', port }] });

/** Clients of one server that receive messages. */
const SINGLES: Record<string, Connect> = {
  'ioredis 6': ({ url }, options) => new Redis(url, { lazyConnect, ...options }),
  'ioredis 6, RESP2': ({ url }, options) => new Redis(url, { lazyConnect, protocol: 2, ...options }),
  'ioredis 6, keyPrefix': ({ url }, options) => new Redis(url, { lazyConnect, keyPrefix: 'all:', ...options }),
  'ioredis 5': ({ url }, options) => new Redis5(url, { lazyConnect, ...options }),
  'a pool of redis 6': ({ url }, options) => createClientPool({ url, ...options }),
  'a pool of redis 5': ({ url }, options) => createClientPool5({ url, ...options }),
};

/** Clients that find the server through a sentinel. */
const SENTINELS: Record<string, Connect> = {
  'ioredis 6': ({ port }) => new Redis({ lazyConnect, name: 'primary', sentinels: [{ host: '127.0.0.1', port }] }),
  'createSentinel() of redis 6': (server) => createSentinel(sentinelAt(server)),
  'createSentinel() of redis 5': (server) => createSentinel5(sentinelAt(server)),
};

const CLUSTERS: Record<string, Connect> = {
  'ioredis 6': ({ url }) => new Cluster([url], { lazyConnect }),
  'ioredis 6, keyPrefix': ({ url }) => new Cluster([url], { lazyConnect, keyPrefix: 'all:' }),
  'redis 6': ({ url }) => createCluster({ rootNodes: [{ url }] }),
  'redis 6, connections on demand': ({ url }) => createCluster({ rootNodes: [{ url }], minimizeConnections: true }),
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function storeOf(connect: Connect, server: RedisServer, options?: Record<string, unknown>) {
  const client = connect(server, options);
  client.on('error', () => undefined);
  await client.connect();
  closing.push(() => ('destroy' in client ? (client as { destroy(): unknown }).destroy() : disconnect(client)));
  return new RedisRevocationStore({ client });
}

const disconnect = (client: unknown) => (client as Redis).disconnect();

/** A watch with what it has reported. */
async function watchOf(store: RedisRevocationStore) {
  const reports: (string | null)[] = [];
  const watch: StoreWatch = await store.watch((subject) => void reports.push(subject));
  closing.push(() => watch.close());
  await watch.ping();
  return { watch, reports };
}

async function expectReports(store: RedisRevocationStore, writer: RedisRevocationStore, rounds = 1): Promise<void> {
  const { watch, reports } = await watchOf(store);
  for (let round = 0; round < rounds; round++) {
    const { subject, sid } = await openSession(writer);
    await watch.ping();
    reports.splice(0);
    await writer.endSession(subject, sid, inTime());
    await watch.ping();
    expect(reports).toContain(subject);
  }
}

describeWithRedis('The changes of Redis that messages report', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  describe.each(Object.keys(SINGLES))('to %s', (name) => {
    const connect = SINGLES[name] as Connect;

    it('are those that another process made', async () => {
      const store = await storeOf(connect, server);
      const client = await createClient({ url: server.url }).connect();
      closing.push(() => client.destroy());
      await expectReports(store, new RedisRevocationStore({ client }));
      await expectReports(store, await storeOf(connect, server));
    });

    it('begin again with another watch after the connection was lost', async () => {
      const store = await storeOf(connect, server);
      const { watch, reports } = await watchOf(store);
      server.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await until(() => reports.includes(null));
      await expect(watch.ping()).rejects.toThrow();
      expect(reports).toEqual([null]);
      await expectReports(store, store);
    });

    it('include the loss of all data', async () => {
      const store = await storeOf(connect, server);
      const { watch } = await watchOf(store);
      server.run('FLUSHALL');
      await expect(watch.ping()).rejects.toThrow('has lost its data');
      const { watch: next } = await watchOf(store);
      await next.ping();
    });

    it('leave no connection when they are closed', async () => {
      const store = await storeOf(connect, server);
      const { watch } = await watchOf(store);
      const count = () => server.run('CLIENT', 'LIST', 'TYPE', 'pubsub').split('\n').filter(Boolean).length;
      await until(() => count() === 1);
      watch.close();
      await until(() => count() === 0);
    });
  });

  it('are published only if something changed', async () => {
    const store = await storeOf(SINGLES['ioredis 6'] as Connect, server);
    const { watch, reports } = await watchOf(store);
    const subject = newSubject();
    await store.lookUp({ subject, sid: null, jti: 'a' });
    await store.deny(subject, 'a', HOUR, (await store.now()) - 1_000);
    await watch.ping();
    expect(reports).toEqual([]);
  });
});

describeWithRedis('The changes of Redis for a user with few permissions', () => {
  let server: RedisServer;
  const commands =
    '+time +mget +zrange +evalsha +eval +get +set +del +exists +pttl +persist +pexpireat +zadd +zrem +rename +unlink ' +
    '+zrangebyscore +zrevrangebyscore +zremrangebyrank +zscore +ping';
  const user = (...more: string[]) =>
    server.run('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', '~jwt:*', ...commands.split(' '), ...more);
  const connect: Connect = ({ url }) =>
    new Redis(url, { lazyConnect, username: 'app', password: 'secret', enableReadyCheck: false });
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  it('are reported with the permissions that the documentation names', async () => {
    user('+zcard', '+publish', '+subscribe', '+ping', '&jwt:changes');
    const store = await storeOf(connect, server);
    await expectReports(store, store);
  });

  it.each([
    ['to publish', ['+subscribe', '+ping', '&jwt:changes']],
    ['to subscribe', ['+publish', '+ping', '&jwt:changes']],
    ['for the channel', ['+publish', '+subscribe', '+ping', 'resetchannels']],
  ])('are no watch without the permission %s, and the writes succeed', async (_name, permissions) => {
    user('+zcard', ...permissions);
    const store = await storeOf(connect, server);
    const { subject, sid } = await openSession(store);
    expect(await store.deny(subject, 'a jti', HOUR, inTime())).toBe(true);
    expect(await store.endSession(subject, sid, inTime())).toBe(true);
    expect(await store.lookUp({ subject, sid, jti: 'a jti' })).toMatchObject({ session: null, denied: true });
    await expect(store.watch(() => undefined)).rejects.toThrow(/NOPERM|permission/);
  });
});

describeWithRedis('The changes of Redis behind a sentinel', () => {
  let servers: readonly [RedisServer, RedisServer];
  let sentinel: RedisServer;
  beforeEach(async () => {
    const first = await RedisServer.start();
    servers = [first, await RedisServer.start('--replicaof', `127.0.0.1 ${first.port}`)];
    sentinel = await RedisSentinel.start(first);
  });
  afterEach(() => Promise.all([...servers, sentinel].map((each) => each.stop())));

  it('are reported to every client, before and after a fail-over', async () => {
    const stores = await Promise.all(Object.values(SENTINELS).map((connect) => storeOf(connect, sentinel)));
    for (const store of stores) await expectReports(store, store);
    const watches = await Promise.all(stores.map(watchOf));
    await until(() => servers[0].run('INFO', 'replication').includes('state=online'));
    await until(() => sentinel.run('SENTINEL', 'REPLICAS', 'primary').includes(String(servers[1].port)));
    expect(sentinel.run('SENTINEL', 'FAILOVER', 'primary')).toBe('OK');
    for (const { watch, reports } of watches) {
      await until(() => reports.includes(null));
      await expect(watch.ping()).rejects.toThrow();
    }
    for (const store of stores) await until(() => reportsAgain(store));
  });
});

async function reportsAgain(store: RedisRevocationStore): Promise<boolean> {
  try {
    await expectReports(store, store);
    return true;
  } catch {
    await sleep(200);
    return false;
  }
}

describeWithRedis('The changes of a Redis Cluster', () => {
  let cluster: RedisClusterOfServers;
  const first = () => cluster.nodes[0] as RedisServer;
  beforeAll(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterAll(() => cluster.stop());

  describe.each(Object.keys(CLUSTERS))('that messages report to %s', (name) => {
    const connect = CLUSTERS[name] as Connect;

    it('are those of all nodes', async () => {
      const store = await storeOf(connect, first());
      await expectReports(store, await storeOf(connect, first()), 20);
    });

    it('include the loss of the data of any node', async () => {
      for (const node of cluster.nodes) {
        const store = await storeOf(connect, first());
        const { watch } = await watchOf(store);
        node.run('FLUSHALL');
        await expect(watch.ping()).rejects.toThrow('has lost its data');
      }
    });

    it('include the loss of the connection to any node', async () => {
      for (const node of cluster.nodes) {
        const store = await storeOf(connect, first());
        const { watch, reports } = await watchOf(store);
        node.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await until(() => reports.includes(null));
        await expect(watch.ping()).rejects.toThrow();
      }
    });
  });
});
