import { setTimeout } from 'node:timers/promises';
import type { Awaitable } from '../../types/awaitable.js';
import type { RedisConnection } from './redis-client.js';

/** After the first node of a cluster has answered, the other nodes have this many milliseconds. */
const PATIENCE = 50;

/** The time of a server, in milliseconds since 1970. */
export async function timeOf(connection: Awaitable<RedisConnection>): Promise<number> {
  const [seconds, microseconds] = (await (await connection).time()) as [unknown, unknown];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/**
 * The earliest time of several servers, in milliseconds. A deadline that is computed from it is not too late on any of them:
 * a server whose clock is ahead refuses a write too early. Servers that do not answer are left out. Rejects if no server
 * answers.
 */
export async function earliestTime(connections: readonly Awaitable<RedisConnection>[]): Promise<number> {
  const [only] = connections;
  if (connections.length === 1 && only !== undefined) return timeOf(only);
  let earliest = Infinity;
  const answers = connections.map(async (connection) => {
    const time = await timeOf(connection);
    earliest = Math.min(earliest, time);
  });
  await Promise.any(answers).catch((error: unknown) => {
    throw (error as AggregateError).errors[0];
  });
  await Promise.race([Promise.allSettled(answers), setTimeout(PATIENCE, undefined, { ref: false })]);
  return earliest;
}
