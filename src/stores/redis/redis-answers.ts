import type { Awaitable } from '../../types/awaitable.js';
import type { RedisCommands } from './redis-commands.js';
import { within } from '../time-limit.js';

/** How many servers have answered a ping. */
export interface Answers {
  received: number;
  missing: number;
  failure: unknown;
}

/** Waits until all servers have answered a ping, for so many milliseconds. */
export async function answersOf(commands: RedisCommands, milliseconds: number): Promise<Answers> {
  const servers = (await commands.primaries()) as unknown as Awaitable<{ ping(): Promise<unknown> }>[];
  const answers: Answers = { received: 0, missing: servers.length, failure: new Error('Redis does not answer.') };
  const count = () => {
    answers.received++;
    answers.missing--;
  };
  const pings = servers.map(async (server) => {
    try {
      await (await server).ping();
      count();
    } catch (error) {
      answers.failure = error;
      if (isReply(error)) count();
    }
  });
  await within(Promise.all(pings), milliseconds, '').catch(() => undefined);
  return answers;
}

/** Whether a server has sent an error, such as `NOPERM` or `LOADING`. Then its connection works. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]{2,} /.test(error.message);
}
