import type { StoreWatch } from '../revocation-store.js';
import type { NodeRedisClient } from './redis-client.js';

/** What is used of a second connection of node-redis: one that is told which keys change. */
interface TrackingClient {
  on(event: 'invalidate', listener: (key: unknown) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(command: string[]): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
}

/** A single server's client of node-redis, from which such a connection can be made. */
export interface WatchableClient extends NodeRedisClient {
  readonly options?: { readonly socket?: object };
  duplicate(overrides: object): TrackingClient;
}

/** Why a client cannot tell of changes, and what to do; `null` where it can. */
export function describeWatchProblem(client: object): string | null {
  const { duplicate, masters, sendCommand } = client as Partial<Record<string, unknown>>;
  if (typeof duplicate === 'function' && typeof sendCommand === 'function' && masters === undefined) {
    if ('mGet' in client) return null;
  }
  return (
    'Changes are pushed by one server to createClient() of "redis" (node-redis) only; ioredis and clusters cannot listen. ' +
    'Use such a client, or leave "push" out: answers are then remembered for "staleness".'
  );
}

/**
 * Listens on a connection of its own for every write under the prefix (client-side caching, RESP3, broadcasting), whoever
 * makes it. It does not reconnect: who listens has to know that changes were missed.
 */
export async function watchRedis(
  client: WatchableClient,
  prefix: string,
  onChange: (subject: string | null) => void,
): Promise<StoreWatch> {
  const socket = { ...client.options?.socket, reconnectStrategy: false };
  const connection = client.duplicate({ RESP: 3, emitInvalidate: true, disableOfflineQueue: true, socket });
  connection.on('error', () => undefined);
  connection.on('invalidate', (key) => onChange(subjectOf(key, prefix)));
  try {
    await connection.connect();
    // node-redis asks for the keys that this connection reads, which are none.
    await connection.sendCommand(['CLIENT', 'TRACKING', 'OFF']);
    await connection.sendCommand(['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', `${prefix}:`]);
  } catch (error) {
    close(connection);
    throw error;
  }
  return { ping: async () => void (await connection.ping()), close: () => close(connection) };
}

/** The subject in `prefix:{subject}:…`; `null` where everything may have changed (`FLUSHALL`). */
function subjectOf(key: unknown, prefix: string): string | null {
  const text = Buffer.isBuffer(key) ? key.toString() : key;
  if (typeof text !== 'string' || !text.startsWith(`${prefix}:{`)) return null;
  const end = text.indexOf('}');
  return end < 0 ? null : text.slice(prefix.length + 2, end);
}

/** `destroy` throws where the connection is closed already. */
function close(connection: TrackingClient): void {
  try {
    connection.destroy();
  } catch {
    // It is closed.
  }
}
