import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from './sql-errors.js';

/** A step is retried this often, and for this many milliseconds at least. A step with a deadline ends with its deadline. */
const MIN_ATTEMPTS = 10;
const MIN_DURATION = 5_000;

/** The longest pause after a conflict, in milliseconds. */
const LONGEST_PAUSE = 50;

/**
 * Runs a step until it has an answer. `undefined` means that another process has changed the rows meanwhile: the step starts
 * again. It also starts again after a serialization failure, a deadlock or a database in use, since none of them changes
 * anything. If the database says that the write is late, the answer is `late`.
 *
 * @throws what the driver throws in all other cases.
 */
export async function retry<T>(step: () => Promise<T | undefined>, late?: T): Promise<T> {
  const startedAt = performance.now();
  let lastFailure: Error | undefined;
  for (let attempts = 0; attempts < MIN_ATTEMPTS || performance.now() - startedAt < MIN_DURATION; attempts++) {
    try {
      const answer = await step();
      if (answer !== undefined) return answer;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'late' && late !== undefined) return late;
      if (failure === null || failure === 'late') throw error;
      lastFailure = error as Error;
      // A random pause, so that the processes that collided do not collide again.
      if (failure === 'conflict') await sleep(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempts));
    }
  }
  throw lastFailure ?? new Error('Other processes change the same rows of the revocation table without pause.');
}
