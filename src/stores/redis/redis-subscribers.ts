import { isIoredis, isNodeRedis } from './redis-client.js';
import { endIoredis, OPENING_LIMIT, type IoredisConnections } from './redis-duplicates.js';
import { within } from '../time-limit.js';

const SILENT = 'Redis did not answer on a new connection for changes.';

/** A connection that receives messages. It does not reconnect, since its user must learn that messages were missed. */
export interface Subscriber {
  /** Resolves when the connection has received every message that its server sent before. */
  ping(): Promise<unknown>;
  close(): void;
}

/** What a subscriber reports. */
export interface SubscriberEvents {
  readonly onMessage: (message: string) => void;
  /** The connection is lost, or was closed. */
  readonly onLost: () => void;
}

/** The part of a client of one server of the package `redis` that opens another connection. */
interface NodeRedisServer {
  readonly options?: { readonly socket?: object };
  duplicate(overrides: object): NodeRedisConnection;
}

interface NodeRedisConnection {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
}

/** How a pool and a sentinel client of `redis` give the client of the server. */
interface NodeRedisGroup {
  execute?<T>(work: (client: NodeRedisServer) => Promise<T>): Promise<T>;
  _execute?<T>(isReadonly: boolean, work: (client: NodeRedisServer) => Promise<T>): Promise<T>;
}

/** The part of a `Redis` of `ioredis` that opens another connection. */
interface IoredisServer {
  duplicate(overrides: object): IoredisConnection;
}

interface IoredisConnection extends IoredisConnections {
  on(event: 'error' | 'end', listener: () => void): unknown;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
}

/** Whether the store can open more connections like those of a client. */
export function canSubscribe(client: object): boolean {
  const { duplicate, execute, _execute } = client as Record<string, unknown>;
  return [duplicate, execute, _execute].some((method) => typeof method === 'function');
}

/** Subscribes a new connection to a channel of a server. `client` is the client of this server, never of a cluster. */
export async function subscribe(client: object, channel: string, events: SubscriberEvents): Promise<Subscriber> {
  if (isNodeRedis(client)) return subscribeNodeRedis(await serverOf(client), channel, events);
  if (isIoredis(client)) return subscribeIoredis(client as unknown as IoredisServer, channel, events);
  throw new TypeError('A node of the Redis Cluster has no client of "redis" or "ioredis".');
}

/** A pool and a sentinel client have several connections: this is the client of one of them, to the server that takes writes. */
export async function serverOf(client: object): Promise<NodeRedisServer> {
  const group = client as NodeRedisGroup;
  if (typeof group.execute === 'function') return group.execute(async (server) => server);
  if (typeof group._execute === 'function') return group._execute(false, async (server) => server);
  return client as NodeRedisServer;
}

async function subscribeNodeRedis(
  server: NodeRedisServer,
  channel: string,
  { onMessage, onLost }: SubscriberEvents,
): Promise<Subscriber> {
  const socket = { ...server.options?.socket, reconnectStrategy: false };
  const connection = server.duplicate({ disableOfflineQueue: true, socket });
  connection.on('error', onLost);
  const close = () => {
    try {
      connection.destroy();
    } catch {
      // destroy() throws if the connection is closed already.
    }
  };
  const opening = async () => {
    await connection.connect();
    await connection.subscribe(channel, (message) => onMessage(String(message)));
  };
  try {
    await within(opening(), OPENING_LIMIT, SILENT);
  } catch (error) {
    close();
    throw error;
  }
  return { ping: () => connection.ping(), close };
}

async function subscribeIoredis(
  server: IoredisServer,
  channel: string,
  { onMessage, onLost }: SubscriberEvents,
): Promise<Subscriber> {
  const never = () => null;
  const connection = server.duplicate({
    lazyConnect: true,
    retryStrategy: never,
    sentinelRetryStrategy: never,
    reconnectOnError: never,
    autoResubscribe: false,
  });
  connection.on('error', () => undefined);
  connection.on('end', onLost);
  connection.on('message', (_channel, message) => onMessage(message));
  const close = () => endIoredis(connection);
  const opening = async () => {
    await connection.connect();
    await connection.subscribe(channel);
  };
  try {
    await within(opening(), OPENING_LIMIT, SILENT);
  } catch (error) {
    close();
    throw error;
  }
  return { ping: () => connection.ping(), close };
}
