/** The part of an `EventEmitter` that the store uses. */
export interface RedisErrorEvents {
  /** Adds a listener for lost connections and other errors. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** How many listeners the application has added. */
  listenerCount(event: 'error'): number;
}

/** Commands that both packages name alike. */
export interface RedisConnection {
  /** `TIME`: seconds and microseconds. */
  time(): Promise<unknown>;
  /** `INFO`. */
  info(): Promise<unknown>;
}

/** Keys and arguments of a script for the package `redis`. */
export interface NodeRedisScriptInput {
  /** The keys. A cluster chooses the node by them. */
  keys: string[];
  /** The other arguments. */
  arguments: string[];
}

/**
 * The part of a client of the package `redis` that the store uses: of `createClient()`, `createClientPool()` and
 * `createSentinel()`.
 */
export interface NodeRedisClient extends RedisErrorEvents, RedisConnection {
  /** `MGET`. */
  mGet(keys: string[]): Promise<unknown>;
  /** `ZRANGE`. */
  zRange(key: string, first: number, last: number): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, options: NodeRedisScriptInput): Promise<unknown>;
  /** `EVALSHA`. */
  evalSha(sha1: string, options: NodeRedisScriptInput): Promise<unknown>;
}

/** The part of a cluster client of the package `redis` that the store uses: of `createCluster()`. */
export interface NodeRedisCluster extends Omit<NodeRedisClient, 'time' | 'info'> {
  /** The nodes that take writes. */
  readonly masters: readonly unknown[];
  /** The client of a node, or a promise of it. */
  nodeClient(node: never): unknown;
}

/** The part of a `Redis` or `Cluster` of the package `ioredis` that the store uses. */
export interface IoredisClient extends RedisErrorEvents, RedisConnection {
  /** `MGET`. */
  mget(keys: string[]): Promise<unknown>;
  /** `ZRANGE`. */
  zrange(key: string, first: number, last: string): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** `EVALSHA`. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** The application's client: of the package `redis` (5 or 6), or a `Redis` or `Cluster` of `ioredis` (5 or 6). */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoredisClient;

/** Whether a value is a client of the package `redis`. */
export function isNodeRedis(value: object): value is NodeRedisClient | NodeRedisCluster {
  return hasMethods(value, ['mGet', 'zRange', 'eval', 'evalSha', 'on', 'listenerCount']);
}

/** Whether a value is a client of the package `ioredis`. */
export function isIoredis(value: object): value is IoredisClient {
  return hasMethods(value, ['mget', 'zrange', 'eval', 'evalsha', 'on', 'listenerCount']);
}

function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
