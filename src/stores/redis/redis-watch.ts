import type { StoreWatch } from '../revocation-store.js';
import type { RedisClient } from './redis-client.js';
import type { RedisCommands } from './redis-commands.js';
import { RedisMessages } from './redis-messages.js';
import { canSubscribe } from './redis-subscribers.js';
import { canTrack, trackRedis, type TrackableClient } from './redis-tracking.js';

/** Why a client cannot report changes, and what to do about it; `null` if it can. */
export function describeWatchProblem(client: RedisClient, { isCluster }: RedisCommands): string | null {
  if (isCluster || canSubscribe(client)) return null;
  return (
    'The Redis client has no duplicate(), so the store cannot open a connection for changes. Pass a client of "redis" or ' +
    '"ioredis" itself, or remove "push": the library still remembers answers for "staleness".'
  );
}

/**
 * Reports every write of the store, by any process, on connections of its own. One server with node-redis reports the keys
 * that change, which include changes by other programs. All other clients receive the messages of the scripts.
 */
export async function watchRedis(
  client: RedisClient,
  commands: RedisCommands,
  prefix: string,
  onChange: (subject: string | null) => void,
): Promise<StoreWatch> {
  if (canTrack(client)) return trackRedis(client as TrackableClient, prefix, onChange);
  return new RedisMessages(client, commands, prefix, onChange).open();
}
