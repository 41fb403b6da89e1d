import type { Awaitable } from '../../types/awaitable.js';
import { isIoredis, isNodeRedis, type RedisClient } from './redis-client.js';

/** How long a connection may take to open, in milliseconds. */
export const OPENING_LIMIT = 1_500;

/** A client that the store opens for itself. It does not connect again after a loss: the store replaces it. */
export interface OwnClient {
  readonly client: RedisClient;
  connect(): Promise<unknown>;
  /** Adds a listener for the loss of its connection. A client of several servers reports none. */
  onLost(listener: () => void): void;
  /** Ends all its connections at once, without a word to the server. */
  destroy(): void;
}

/**
 * The store limits the time of its commands itself. A time limit of node-redis, 5 seconds by default, costs a timer for each
 * command that stays until its end: 5 µs for a look-up, as much as a fifth of a `GET`.
 */
const OWN_LIMITS = { commandOptions: { timeout: undefined }, pingInterval: undefined, disableOfflineQueue: true };

/** Makes a client with the settings of the application's client. */
export type Duplicate = () => Awaitable<OwnClient>;

/** The common part of the clients of node-redis. */
interface NodeRedisParts {
  readonly isOpen?: boolean;
  readonly options?: { readonly socket?: object };
  readonly _keyPrefix?: string | Buffer;
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy(): unknown;
  duplicate?(overrides: object): NodeRedisParts;
  /** A pool has this method, and no `duplicate()`. */
  execute?(work: (server: NodeRedisParts) => NodeRedisParts): Promise<NodeRedisParts>;
}

/** The connections of a client of ioredis. */
export interface IoredisConnections {
  readonly status?: string;
  readonly stream?: { destroy(): void };
  nodes?(role: 'all'): IoredisConnections[];
  disconnect(): void;
}

/** The common part of the clients of ioredis. */
interface IoredisParts extends IoredisConnections {
  on(event: 'error' | 'end', listener: () => void): unknown;
  connect(): Promise<unknown>;
  duplicate(...overrides: object[]): IoredisParts;
}

/** How a client is duplicated; `null` if the client offers no way to do it. */
export function duplicateOf(client: RedisClient): Duplicate | null {
  const parts = client as unknown as NodeRedisParts & IoredisParts;
  const canDuplicate = typeof parts.duplicate === 'function';
  if (isIoredis(client)) return canDuplicate ? () => ofIoredis(parts) : null;
  if (!isNodeRedis(client)) return null;
  if (canDuplicate) return typeof parts.options === 'object' ? () => ofServer(parts) : () => ofGroup(parts);
  return typeof parts.execute === 'function' ? ofPool(parts) : null;
}

/** A client of the server that a sentinel client of node-redis writes to. The keys of its clients have no prefix. */
export function duplicateOfPrimary(sentinel: object, primary: object): OwnClient {
  return ofServer(primary as NodeRedisParts, { keyPrefix: (sentinel as NodeRedisParts)._keyPrefix });
}

/** A client of one server of node-redis. */
function ofServer(client: NodeRedisParts, overrides: object = {}): OwnClient {
  const socket = {
    ...client.options?.socket,
    connectTimeout: OPENING_LIMIT,
    socketTimeout: undefined,
    reconnectStrategy: false,
  };
  const own = duplicated(client, { ...OWN_LIMITS, socket, ...overrides });
  const onLost = (listener: () => void) => void own.on('error', () => own.isOpen === false && listener());
  return { client: own as unknown as RedisClient, connect: () => own.connect(), onLost, destroy: () => destroy(own) };
}

/** A pool gives one of its clients, as a model for the others. The keys of a pool's clients have no prefix. */
function ofPool(pool: NodeRedisParts): Duplicate {
  let model: NodeRedisParts | undefined;
  return async () => {
    model ??= await pool.execute?.((server) => server);
    return ofServer(model as NodeRedisParts, { keyPrefix: pool._keyPrefix });
  };
}

/** A client of a cluster, or of a server that sentinels watch. It connects to its servers again by itself. */
function ofGroup(client: NodeRedisParts): OwnClient {
  // A sentinel client hides its own settings. A replica receives a log-out later. Without `reserveClient`, commands of one turn wait
  // until the client is idle, except the first: node-redis asks for its only connection once for each of them.
  const own = duplicated(client, { replicaPoolSize: 0, reserveClient: true });
  const onLost = () => undefined;
  return { client: own as unknown as RedisClient, connect: () => own.connect(), onLost, destroy: () => destroy(own) };
}

function duplicated(client: NodeRedisParts, overrides: object): NodeRedisParts {
  const own = (client as Required<NodeRedisParts>).duplicate(overrides);
  own.on('error', () => undefined);
  return own;
}

function destroy(own: NodeRedisParts): void {
  // It throws, or rejects, if the client is closed already.
  const destroying = async () => own.destroy();
  destroying().catch(() => undefined);
}

const never = () => null;

/** A client of one server, or of a cluster, of ioredis. */
function ofIoredis(client: IoredisParts): OwnClient {
  const own = client.nodes === undefined ? duplicateOfServer(client) : duplicateOfCluster(client);
  own.on('error', () => undefined);
  return {
    client: own as unknown as RedisClient,
    connect: () => own.connect(),
    onLost: (listener) => void own.on('end', listener),
    destroy: () => endIoredis(own),
  };
}

/** Ends all connections of a client at once. `disconnect()` waits for the server, and a silent one never answers. */
export function endIoredis(client: IoredisConnections): void {
  const streams = [client, ...(client.nodes?.('all') ?? [])].map(({ stream }) => stream);
  // After the end, it would only start a timer that keeps the process alive.
  if (client.status !== 'end') client.disconnect();
  for (const stream of streams) stream?.destroy();
}

function duplicateOfServer(client: IoredisParts): IoredisParts {
  return client.duplicate({
    lazyConnect: true,
    connectTimeout: OPENING_LIMIT,
    socketTimeout: undefined,
    retryStrategy: never,
    sentinelRetryStrategy: never,
    reconnectOnError: never,
    autoResendUnfulfilledCommands: false,
  });
}

function duplicateOfCluster(client: IoredisParts): IoredisParts {
  return client.duplicate([], {
    lazyConnect: true,
    clusterRetryStrategy: never,
    redisOptions: { connectTimeout: OPENING_LIMIT },
  });
}
