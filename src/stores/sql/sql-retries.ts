import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from './sql-errors.js';

/** For how long a step is taken again at least, in milliseconds, and how often. What has a deadline ends with that. */
const PATIENCE = 5_000;
const ATTEMPTS = 10;

/** The longest pause after a conflict, in milliseconds. */
const LONGEST_PAUSE = 50;

/**
 * Takes a step until it comes to an answer. `undefined` says that somebody else came in between: it is taken again from
 * its beginning. So it is after a serialization failure, a deadlock or a database in use, none of which has changed
 * anything. A step whose write came too late answers `late`.
 */
export async function attempt<T>(step: () => Promise<T | undefined>, late?: T): Promise<T> {
  const startedAt = performance.now();
  let failed: unknown = new Error('Others change the same rows of the revocation table without end.');
  for (let attempts = 0; attempts < ATTEMPTS || performance.now() - startedAt < PATIENCE; attempts++) {
    try {
      const answer = await step();
      if (answer !== undefined) return answer;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'late' && late !== undefined) return late;
      if (failure === null || failure === 'late') throw error;
      failed = error;
      // Those who collided do not come back all at once.
      if (failure === 'conflict') await sleep(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempts));
    }
  }
  throw failed;
}
