import { isPromise } from 'node:util/types';
import { StoreOptions, type OptionNames } from '../store-options.js';
import { isIoredis, isNodeRedis, type RedisClient } from './redis-client.js';
import { redisCommands } from './redis-commands.js';
import { duplicateOf } from './redis-duplicates.js';
import { memberOf } from '../../types/members.js';

/** Options of `RedisRevocationStore`. */
export interface RedisRevocationStoreOptions {
  /**
   * The application's client for one server or a cluster: of the package `redis` (5 or 6, connected with
   * `await client.connect()`) or of `ioredis` (5 or 6). It must read from primaries, since replicas receive a log-out later.
   */
  client: RedisClient;
  /**
   * The beginning of all keys. If the client adds a prefix of its own, that comes first.
   *
   * @default 'jwt'
   */
  prefix?: string | undefined;
  /**
   * Whether the store opens a connection of its own, with the settings of `client` (`client.duplicate()`). It pings this
   * connection every second, and replaces it when Redis is silent or the connection is lost. `false`: the store works on `client`,
   * and a silent network means 503 until the driver notices.
   *
   * @default true
   */
  ownConnection?: boolean | undefined;
  /**
   * How many replicas must have a write before the call is answered (`WAIT`), so that a fail-over to one of them loses no
   * revocation. If fewer have it within a second, the call fails (503), and the write may still be applied. Look-ups do not wait.
   * Needs a client for one server or for Sentinel, and a connection of the store.
   *
   * @default 0
   */
  waitForReplicas?: number | undefined;
}

const reader = new StoreOptions('RedisRevocationStore', {
  client: true,
  prefix: true,
  ownConnection: true,
  waitForReplicas: true,
} satisfies OptionNames<RedisRevocationStoreOptions>);

const CURE = 'Pass what createClient() or createCluster() of "redis" return, or a Redis or Cluster of "ioredis".';

/**
 * The options with their defaults.
 *
 * @throws TypeError that names the option, what is wrong and what to do.
 */
export function readRedisOptions(options: RedisRevocationStoreOptions): Required<RedisRevocationStoreOptions> {
  const value: unknown = options;
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`RedisRevocationStore needs an object with a client: { client }. ${CURE}`);
  }
  if (isNodeRedis(value) || isIoredis(value)) {
    throw new TypeError('RedisRevocationStore takes an object: write new RedisRevocationStore({ client }).');
  }
  reader.requireKnown(value);
  const client = readClient(memberOf(value, 'client'));
  const ownConnection = readOwnConnection(memberOf(value, 'ownConnection') ?? true);
  return {
    client,
    prefix: readPrefix(memberOf(value, 'prefix') ?? 'jwt'),
    ownConnection,
    waitForReplicas: readReplicas(memberOf(value, 'waitForReplicas') ?? 0, client, ownConnection),
  };
}

function readClient(client: unknown): RedisClient {
  if (isPromise(client)) {
    return reader.refuse('client', 'is a promise. Await it: client: await createClient().connect().');
  }
  if (typeof client !== 'object' || client === null) return reader.refuse('client', `is missing. ${CURE}`);
  if (!isNodeRedis(client) && !isIoredis(client)) return reader.refuse('client', `is not a Redis client. ${CURE}`);
  refuseStaleReads(client as ReadingOptions);
  return client;
}

function readPrefix(prefix: unknown): string {
  // A brace would become the hash tag of a cluster, and put every subject on one node.
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    return reader.refuse('prefix', 'must be a text without { and }, such as "jwt".');
  }
  return prefix;
}

function readOwnConnection(ownConnection: unknown): boolean {
  if (typeof ownConnection === 'boolean') return ownConnection;
  return reader.refuse('ownConnection', 'must be true or false.');
}

/** `WAIT` blocks its connection, and counts the replicas of one primary only. */
function readReplicas(replicas: unknown, client: RedisClient, ownConnection: boolean): number {
  const refuse = (problem: string) => reader.refuse('waitForReplicas', problem);
  if (!Number.isInteger(replicas) || (replicas as number) < 0) return refuse('must be a whole number, at least 0.');
  if (replicas === 0) return 0;
  if (redisCommands(client).isCluster) {
    return refuse(
      'works with one server and with Sentinel. The clients of a cluster do not show on which connection a write was sent. ' +
        'Set "min-replicas-to-write 1" on the nodes instead, which makes the loss smaller.',
    );
  }
  if (!ownConnection || duplicateOf(client) === null) {
    return refuse('needs "ownConnection: true" and a client with duplicate(), because WAIT blocks its connection.');
  }
  return replicas as number;
}

/** Where the drivers have the options that allow reads of old data. */
interface ReadingOptions {
  readonly clientSideCache?: unknown;
  readonly options?: { readonly scaleReads?: unknown; readonly role?: unknown };
  readonly _options?: { readonly useReplicas?: unknown };
}

function refuseStaleReads(client: ReadingOptions): void {
  const refuse = (source: string, cure: string) =>
    reader.refuse(
      'client',
      `reads from ${source}, where a log-out arrives later. Give the store its own client: ${cure}.`,
    );
  const { scaleReads = 'master', role = 'master' } = client.options ?? {};
  if (scaleReads !== 'master') refuse('replicas', "cluster.duplicate([], { scaleReads: 'master' })");
  if (role !== 'master') refuse('a replica', "client.duplicate({ role: 'master' })");
  if (client._options?.useReplicas) refuse('replicas', 'cluster.duplicate({ useReplicas: false })');
  if (client.clientSideCache) refuse('a cache', 'client.duplicate({ clientSideCache: undefined })');
}
