/** What is used of an `EventEmitter`. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount(event: 'error'): number;
}

/** What is used of a server's connection in either package. */
interface Connection {
  time(): Promise<unknown>;
  info(): Promise<unknown>;
}

/** Keys and arguments of a script, as the package `redis` takes them. */
interface NodeRedisEval {
  keys: string[];
  arguments: string[];
}

/** What is used of a client of the package `redis`. */
export interface NodeRedisClient extends Emitter, Connection {
  mGet(keys: string[]): Promise<unknown>;
  zRange(key: string, first: number, last: number): Promise<unknown>;
  eval(script: string, options: NodeRedisEval): Promise<unknown>;
  evalSha(sha1: string, options: NodeRedisEval): Promise<unknown>;
}

/** What is used of a cluster client of the package `redis`. */
export interface NodeRedisCluster extends Omit<NodeRedisClient, 'time' | 'info'> {
  readonly masters: readonly unknown[];
  nodeClient(node: never): unknown;
}

/** What is used of a client or a cluster client of the package `ioredis`. */
export interface IoredisClient extends Emitter, Connection {
  mget(keys: string[]): Promise<unknown>;
  zrange(key: string, first: number, last: number): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/**
 * A client of the application's own: what `createClient()` and `createCluster()` of the package `redis` return (5 or 6),
 * or a `Redis` or `Cluster` of `ioredis` (5 or 6).
 */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoredisClient;
