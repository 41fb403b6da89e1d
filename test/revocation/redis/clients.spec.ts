import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { describeWithRedis, RedisClusterOfServers, RedisServer } from '../../support/redis-server.js';
import { HOUR, inTime, newSubject, openSession, tokenOf } from '../../support/store-calls.js';

/** Clients with other settings. There is no cast: the type check shows that the store accepts each of them. */
type Setups = Record<string, (url: string) => RedisClient & { connect(): Promise<unknown> }>;

const buffers = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String };
const lazyConnect = true;

const singles: Setups = {
  'redis 6': (url) => createClient({ url }),
  'redis 6, RESP2': (url) => createClient({ url, RESP: 2 }),
  'redis 6, buffers as replies': (url) => createClient({ url, commandOptions: { typeMapping: buffers } }),
  'redis 6, keyPrefix': (url) => createClient({ url, keyPrefix: 'all:' }),
  'redis 6, a pool': (url) => createClientPool({ url }),
  'redis 5, RESP3': (url) => createClient5({ url, RESP: 3 }),
  'ioredis 6, keyPrefix': (url) => new Redis(url, { lazyConnect, keyPrefix: 'all:' }),
  'ioredis 6, RESP2': (url) => new Redis(url, { lazyConnect, protocol: 2 }),
  'ioredis 6, strings as numbers': (url) => new Redis(url, { lazyConnect, stringNumbers: true }),
  'ioredis 6, automatic pipelines': (url) => new Redis(url, { lazyConnect, enableAutoPipelining: true }),
  'ioredis 5, keyPrefix and automatic pipelines': (url) =>
    new Redis5(url, { lazyConnect, keyPrefix: 'all:', enableAutoPipelining: true }),
};

const clusters: Setups = {
  'redis 6, keyPrefix': (url) => createCluster({ rootNodes: [{ url }], keyPrefix: 'all:' }),
  'redis 6, connections on demand': (url) => createCluster({ rootNodes: [{ url }], minimizeConnections: true }),
  'ioredis 6, keyPrefix': (url) => new Cluster([url], { lazyConnect, keyPrefix: 'all:' }),
  'ioredis 6, automatic pipelines': (url) => new Cluster([url], { lazyConnect, enableAutoPipelining: true }),
};

/** The type check shows that the store accepts this one, too. No sentinel runs in the tests. */
export const sentinel: RedisClient = createSentinel({ name: 'primary', sentinelRootNodes: [] });

/** Calls each method of a store. */
async function expectAllMethods(store: RedisRevocationStore): Promise<void> {
  const subject = newSubject();
  const [session, other] = await Promise.all([
    openSession(store, { subject }),
    openSession(store, { subject, device: '' }),
  ]);
  expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(1_000);
  const answers = await Promise.all([1, 2, 3].map(() => store.present(tokenOf(session), inTime())));
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['repeated', 'repeated', 'rotated']);
  expect(await store.deny(subject, 'a jti', HOUR, inTime())).toBe(true);
  expect((await store.listSessions(subject)).map(({ sid }) => sid)).toEqual([session.sid, other.sid]);
  expect(await store.endSession(subject, other.sid, inTime())).toBe(true);
  const { session: found, denied, cutOff } = await store.lookUp({ subject, sid: session.sid, jti: 'a jti' });
  expect([found?.parentId, found?.device, denied, cutOff]).toEqual([session.id, null, true, null]);
  expect(await store.endSessions({ subject, before: null, except: null }, inTime())).toBe(true);
  const after = await store.lookUp({ subject, sid: session.sid, jti: 'another' });
  expect(after).toEqual({ session: null, denied: false, cutOff: expect.any(Number) });
  expect(await store.describeProblems()).toEqual([]);
}

async function expectAllMethodsWith(create: Setups[string], server: RedisServer): Promise<void> {
  const client = create(server.url);
  const store = new RedisRevocationStore({ client });
  await client.connect();
  try {
    server.run('SCRIPT', 'FLUSH');
    await expectAllMethods(store);
  } finally {
    if ('destroy' in client) (client as unknown as { destroy(): void }).destroy();
    else (client as unknown as Redis).disconnect();
  }
}

describeWithRedis('RedisRevocationStore works with a client', () => {
  let server: RedisServer;
  let cluster: RedisClusterOfServers;
  beforeAll(async () => {
    [server, cluster] = await Promise.all([RedisServer.start(), RedisClusterOfServers.start()]);
  });
  afterAll(() => Promise.all([server.stop(), cluster.stop()]));

  it.each(Object.keys(singles))('of one server: %s', (name) =>
    expectAllMethodsWith(singles[name] as Setups[string], server),
  );

  it.each(Object.keys(clusters))('of a cluster: %s', (name) =>
    expectAllMethodsWith(clusters[name] as Setups[string], cluster.nodes[0] as RedisServer),
  );

  it('that adds a prefix of its own to all keys', () => {
    const keys = server.run('--raw', 'KEYS', '*').split('\n');
    expect(keys.filter((key) => key.startsWith('all:jwt:{')).length).toBeGreaterThan(2);
    expect(keys.filter((key) => !/^(all:)?jwt:\{/.test(key))).toEqual([]);
  });
});
