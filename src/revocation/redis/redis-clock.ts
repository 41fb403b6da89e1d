import type { RedisConnection } from './redis-client.js';

/** How long the other nodes of a cluster are waited for once one has answered, in milliseconds. */
const PATIENCE = 50;

/** A server's clock, in milliseconds since 1970. */
export async function timeOf(connection: RedisConnection): Promise<number> {
  const [seconds, microseconds] = (await connection.time()) as [unknown, unknown];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/**
 * The earliest clock of several servers: a deadline made of it is on none of them later than was meant, so that the one
 * whose clock is ahead refuses a write too early rather than too late. A server that does not answer holds nobody up.
 * Rejects where none answers.
 */
export function earliestTime(connections: readonly RedisConnection[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let [earliest, waitingFor] = [Infinity, connections.length];
    let timer: NodeJS.Timeout | undefined;
    const settle = (error?: unknown) => {
      waitingFor -= 1;
      if (earliest < Infinity) timer ??= setTimeout(() => resolve(earliest), PATIENCE).unref();
      if (waitingFor > 0) return;
      clearTimeout(timer);
      if (earliest < Infinity) resolve(earliest);
      else reject(error as Error);
    };
    const answered = (time: number) => {
      earliest = Math.min(earliest, time);
      settle();
    };
    for (const connection of connections) timeOf(connection).then(answered, settle);
  });
}
