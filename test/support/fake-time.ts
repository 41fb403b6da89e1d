import { performance } from 'node:perf_hooks';
import { jest } from '@jest/globals';

/** Time that passes only when a test says so, for timers, `Date` and `performance.now()`. */
export interface FakeTime {
  /** Lets so many milliseconds pass, with every timer and promise that falls into them. */
  pass(milliseconds: number): Promise<void>;
  /** A promise that a timer of the fake time resolves. */
  after<T>(milliseconds: number, value: T): Promise<T>;
}

/** Replaces the time in every test of the surrounding `describe` or file. Only for code that waits for no socket. */
export function useFakeTime(): FakeTime {
  beforeEach(() => {
    // Jest replaces the global `performance` only; an import of node:perf_hooks would go on reading the real one.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
    const start = Date.now();
    jest.spyOn(performance, 'now').mockImplementation(() => 1_000_000 + Date.now() - start);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });
  return {
    pass: (milliseconds) => jest.advanceTimersByTimeAsync(milliseconds),
    after: (milliseconds, value) => new Promise((resolve) => setTimeout(() => resolve(value), milliseconds)),
  };
}
