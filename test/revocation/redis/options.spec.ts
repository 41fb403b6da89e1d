import { Cluster, Redis } from 'ioredis';
import { RedisRevocationStore, type RedisRevocationStoreOptions } from 'nestjs-jwt-extended/redis';
import { createClient, createCluster } from 'redis';
import { createSentinel as createSentinel5 } from 'redis-5';

const client = createClient();
const cluster = { rootNodes: [{ url: 'redis://127.0.0.1:1' }] };

const create = (options: unknown) => new RedisRevocationStore(options as RedisRevocationStoreOptions);

describe('The constructor of RedisRevocationStore', () => {
  it.each<[string, unknown, string]>([
    ['no options', undefined, 'needs an object with a client: { client }. Pass what createClient()'],
    ['a client instead of options', client, 'write new RedisRevocationStore({ client })'],
    [
      'an unknown option',
      { client, prefx: 'a' },
      'option "prefx" does not exist. Known: client, prefix, ownConnection, waitForReplicas.',
    ],
    ['options without client', {}, 'option "client" is missing. Pass what createClient()'],
    ['a URL as client', { client: 'redis://127.0.0.1' }, 'option "client" is missing'],
    [
      'another object as client',
      { client: new Map() },
      'option "client" is not a Redis client. Pass what createClient()',
    ],
    ['a promise as client', { client: Promise.resolve(client) }, 'option "client" is a promise. Await it'],
    ['an empty prefix', { client, prefix: '' }, 'option "prefix" must be a text without { and }'],
    ['a prefix that is a hash tag', { client, prefix: '{app}' }, 'option "prefix" must be a text without { and }'],
    ['a word as ownConnection', { client, ownConnection: 'no' }, 'option "ownConnection" must be true or false.'],
    [
      'half a replica',
      { client, waitForReplicas: 0.5 },
      'option "waitForReplicas" must be a whole number, at least 0.',
    ],
    ['true as waitForReplicas', { client, waitForReplicas: true }, 'must be a whole number, at least 0.'],
    [
      'replicas of a cluster of redis',
      { client: createCluster(cluster), waitForReplicas: 1 },
      'works with one server and with Sentinel',
    ],
    [
      'replicas of a cluster of ioredis',
      { client: new Cluster([], { lazyConnect: true }), waitForReplicas: 1 },
      'works with one server and with Sentinel',
    ],
    [
      'waitForReplicas on the client of the application',
      { client, waitForReplicas: 1, ownConnection: false },
      'needs "ownConnection: true"',
    ],
    [
      'waitForReplicas with a client that has no duplicate()',
      { client: createSentinel5({ name: 'primary', sentinelRootNodes: [] }), waitForReplicas: 1 },
      'needs "ownConnection: true" and a client with duplicate()',
    ],
    ['a number as prefix', { client, prefix: 1 }, 'option "prefix" must be a text without { and }'],
  ])('refuses %s', (_name, options, message) => {
    expect(() => create(options)).toThrow(TypeError);
    expect(() => create(options)).toThrow(message);
  });

  it.each<[string, object, string]>([
    ['replicas, of redis', createCluster({ ...cluster, useReplicas: true }), 'useReplicas: false'],
    [
      'a cache, of redis',
      createClient({ RESP: 3, clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU' } }),
      'clientSideCache: undefined',
    ],
    ['a replica, of ioredis', new Redis({ lazyConnect: true, role: 'slave' }), "role: 'master'"],
    ['replicas, of ioredis', new Cluster([], { lazyConnect: true, scaleReads: 'all' }), "scaleReads: 'master'"],
  ])('refuses a client that reads from %s', (_name, stale, cure) => {
    expect(() => create({ client: stale })).toThrow('where a log-out arrives later');
    expect(() => create({ client: stale })).toThrow(cure);
  });

  it.each<[string, object]>([
    ['createClient()', client],
    ['createCluster()', createCluster(cluster)],
    ['Redis', new Redis({ lazyConnect: true })],
    ['Cluster', new Cluster([], { lazyConnect: true })],
  ])('accepts a client without options: %s', (_name, client) => {
    expect(() => create({ client, prefix: undefined })).not.toThrow();
  });

  it('adds an error listener, so that a lost connection does not end the process', () => {
    const [unwatched, watched] = [createClient(), createClient()];
    const seen: unknown[] = [];
    watched.on('error', (error) => seen.push(error));
    for (const client of [unwatched, watched]) {
      create({ client });
      create({ client });
      expect(client.listenerCount('error')).toBe(1);
      client.emit('error', new Error('connection lost'));
    }
    expect(seen).toHaveLength(1);
  });
});
