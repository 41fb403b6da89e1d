import { isIoredis, isNodeRedis, type RedisClient } from './redis-client.js';

/** Options of `RedisRevocationStore`. */
export interface RedisRevocationStoreOptions {
  /**
   * The application's client: of the package `redis` (5 or 6, connected by `await client.connect()`) or of `ioredis` (5
   * or 6), for one server or a cluster. It must read from primaries: replicas learn of a log-out later.
   */
  client: RedisClient;
  /** What all keys begin with; default `'jwt'`. A prefix that the client itself adds comes before it. */
  prefix?: string | undefined;
}

const KNOWN: readonly string[] = ['client', 'prefix'] satisfies (keyof RedisRevocationStoreOptions)[];
const WHERE_FROM = 'Pass what createClient() or createCluster() of "redis" return, or a Redis or Cluster of "ioredis".';

/** The options with their defaults. What is wrong is a `TypeError` that names the option and the cure. */
export function readRedisOptions(options: RedisRevocationStoreOptions): Required<RedisRevocationStoreOptions> {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`RedisRevocationStore needs an object with a client: { client }. ${WHERE_FROM}`);
  }
  if (isNodeRedis(given) || isIoredis(given)) {
    throw new TypeError('RedisRevocationStore takes an object: write new RedisRevocationStore({ client }).');
  }
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) refuse(unknown, `does not exist. Known: ${KNOWN.join(', ')}.`);
  return { client: readClient(options.client), prefix: readPrefix(options.prefix ?? 'jwt') };
}

function readClient(client: unknown): RedisClient {
  if (client instanceof Promise) refuse('client', 'is a promise. Await it: client: await createClient().connect().');
  if (typeof client !== 'object' || client === null) return refuse('client', `is missing. ${WHERE_FROM}`);
  if (!isNodeRedis(client) && !isIoredis(client)) return refuse('client', `is no Redis client. ${WHERE_FROM}`);
  refuseStaleReads(client as ReadingOptions);
  return client;
}

function readPrefix(prefix: unknown): string {
  // A brace would be the cluster's hash tag and put every subject on one node.
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    return refuse('prefix', 'must be a text without { and }, such as "jwt".');
  }
  return prefix;
}

/** Where the drivers keep the options that let reads be answered with what was true some time ago. */
interface ReadingOptions {
  readonly clientSideCache?: unknown;
  readonly options?: { readonly scaleReads?: unknown };
  readonly _options?: { readonly useReplicas?: unknown };
}

function refuseStaleReads(client: ReadingOptions): void {
  const behind = (what: string, cure: string) =>
    refuse('client', `reads from ${what}, where a log-out arrives later. Give the store a client of its own: ${cure}.`);
  const { scaleReads = 'master' } = client.options ?? {};
  if (scaleReads !== 'master') behind('replicas', "cluster.duplicate([], { scaleReads: 'master' })");
  if (client._options?.useReplicas) behind('replicas', 'cluster.duplicate({ useReplicas: false })');
  if (client.clientSideCache) behind('a cache', 'client.duplicate({ clientSideCache: undefined })');
}

function refuse(option: string, problem: string): never {
  throw new TypeError(`RedisRevocationStore option "${option}" ${problem}`);
}
