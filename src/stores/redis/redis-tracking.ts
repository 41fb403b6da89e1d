import type { StoreWatch } from '../revocation-store.js';
import type { NodeRedisClient } from './redis-client.js';
import { OPENING_LIMIT } from './redis-duplicates.js';
import { within } from '../time-limit.js';

/** The part of a second node-redis connection that the watch uses. The server sends it the keys that change. */
interface TrackingClient {
  on(event: 'invalidate', listener: (key: unknown) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(command: string[]): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
}

/** A node-redis client of one server, which can open such a connection. */
export interface TrackableClient extends NodeRedisClient {
  readonly options?: { readonly socket?: object; readonly keyPrefix?: string | Buffer };
  duplicate(overrides: object): TrackingClient;
}

/** The methods of a client with one connection. `SELECT` changes the database of one connection: a sentinel has none. */
const METHODS_OF_ONE_CONNECTION = ['mGet', 'duplicate', 'sendCommand', 'select'];

/** Whether a client of node-redis has one connection, to one server. */
export function canTrack(client: object): boolean {
  const members = client as Readonly<Record<string, unknown>>;
  return METHODS_OF_ONE_CONNECTION.every((name) => typeof members[name] === 'function');
}

/**
 * Reports every write to a key with the prefix, by any process, on a connection of its own (client-side caching with RESP3
 * in broadcasting mode). The connection does not reconnect, since its user must learn that changes were missed.
 */
export async function trackRedis(
  client: TrackableClient,
  storePrefix: string,
  onChange: (subject: string | null) => void,
): Promise<StoreWatch> {
  // The server reports whole keys, which begin with the prefix of the client.
  const prefix = `${client.options?.keyPrefix?.toString() ?? ''}${storePrefix}`;
  const socket = { ...client.options?.socket, reconnectStrategy: false };
  const connection = client.duplicate({ RESP: 3, emitInvalidate: true, disableOfflineQueue: true, socket });
  connection.on('error', () => undefined);
  connection.on('invalidate', (key) => onChange(subjectOf(key, prefix)));
  const opening = async () => {
    await connection.connect();
    // node-redis has turned tracking on for the keys that this connection reads. It reads none.
    await connection.sendCommand(['CLIENT', 'TRACKING', 'OFF']);
    await connection.sendCommand(['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', `${prefix}:`]);
  };
  try {
    await within(opening(), OPENING_LIMIT, 'Redis did not answer on a new connection for changes.');
  } catch (error) {
    close(connection);
    throw error;
  }
  return { ping: async () => void (await connection.ping()), close: () => close(connection) };
}

/** The subject in `prefix:{subject}:…`; `null` if every key may have changed (`FLUSHALL`). */
function subjectOf(key: unknown, prefix: string): string | null {
  const text = Buffer.isBuffer(key) ? key.toString() : key;
  if (typeof text !== 'string' || !text.startsWith(`${prefix}:{`)) return null;
  const end = text.indexOf('}');
  return end < 0 ? null : text.slice(prefix.length + 2, end);
}

function close(connection: TrackingClient): void {
  try {
    connection.destroy();
  } catch {
    // destroy() throws if the connection is closed already.
  }
}
