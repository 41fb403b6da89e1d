// Time that passes only when nothing else is to be done, so that a simulation of minutes takes seconds and can be repeated.
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { install } from '@sinonjs/fake-timers';

/** How often the event loop turns between two timers, so that every promise that can settle has settled. */
const TURNS = 3;

/** Replaces the clocks and timers of the process. */
export function virtualTime() {
  const clock = install({
    now: 1_700_000_000_000,
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
  const startedAt = clock.now;
  const now = () => clock.now - startedAt;
  Object.defineProperty(performance, 'now', { value: now, configurable: true });
  return {
    now,
    sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    /** Runs until the work has ended. */
    async run(work) {
      let isDone = false;
      const result = work.finally(() => (isDone = true));
      for (;;) {
        for (let turn = 0; turn < TURNS; turn++) await setImmediate();
        if (isDone) return result;
        clock.next();
      }
    },
    uninstall() {
      clock.uninstall();
      delete performance.now;
    },
  };
}
