import { setTimeout } from 'node:timers/promises';
import type { Awaitable } from '../../types/awaitable.js';
import type { RedisConnection } from './redis-client.js';

/** How long the other nodes of a cluster are waited for once one has answered, in milliseconds. */
const PATIENCE = 50;

/** A server's clock, in milliseconds since 1970. */
export async function timeOf(connection: Awaitable<RedisConnection>): Promise<number> {
  const [seconds, microseconds] = (await (await connection).time()) as [unknown, unknown];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/**
 * The earliest clock of several servers: a deadline made of it is on none of them later than was meant, so that one
 * whose clock is ahead refuses a write too early rather than too late. A server that does not answer holds nobody up;
 * rejects where none answers.
 */
export async function earliestTime(connections: readonly Awaitable<RedisConnection>[]): Promise<number> {
  const [only] = connections;
  if (connections.length === 1 && only !== undefined) return timeOf(only);
  let earliest = Infinity;
  const asked = connections.map(async (connection) => {
    const time = await timeOf(connection);
    earliest = Math.min(earliest, time);
  });
  await Promise.any(asked).catch((error: unknown) => {
    throw (error as AggregateError).errors[0];
  });
  await Promise.race([Promise.allSettled(asked), setTimeout(PATIENCE, undefined, { ref: false })]);
  return earliest;
}
