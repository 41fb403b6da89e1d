/** What is used of an `EventEmitter`. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount(event: 'error'): number;
}

/** What both packages call the same. */
export interface RedisConnection {
  /** `TIME`: seconds and microseconds. */
  time(): Promise<unknown>;
  /** `INFO`. */
  info(): Promise<unknown>;
}

/** Keys and arguments of a script, as the package `redis` takes them. */
interface NodeRedisEval {
  keys: string[];
  arguments: string[];
}

/** What is used of a client of the package `redis`: `createClient()`, `createClientPool()`, `createSentinel()`. */
export interface NodeRedisClient extends Emitter, RedisConnection {
  /** `MGET`. */
  mGet(keys: string[]): Promise<unknown>;
  /** `ZRANGE`. */
  zRange(key: string, first: number, last: number): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, options: NodeRedisEval): Promise<unknown>;
  /** `EVALSHA`. */
  evalSha(sha1: string, options: NodeRedisEval): Promise<unknown>;
}

/** What is used of a cluster client of the package `redis`: `createCluster()`. */
export interface NodeRedisCluster extends Omit<NodeRedisClient, 'time' | 'info'> {
  /** The nodes that take writes. */
  readonly masters: readonly unknown[];
  /** The client of a node, or a promise of it. */
  nodeClient(node: never): unknown;
}

/** What is used of a `Redis` or a `Cluster` of the package `ioredis`. */
export interface IoredisClient extends Emitter, RedisConnection {
  /** `MGET`. */
  mget(keys: string[]): Promise<unknown>;
  /** `ZRANGE`. */
  zrange(key: string, first: number, last: string): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** `EVALSHA`. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/**
 * A client of the application's own: one that the package `redis` (5 or 6) creates, or a `Redis` or `Cluster` of
 * `ioredis` (5 or 6).
 */
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
