import { performance } from 'node:perf_hooks';
import { jest } from '@jest/globals';

/** A time that advances only by calls of the test, for timers, `Date` and `performance.now()`. */
export interface FakeTime {
  /** Advances the time by so many milliseconds, and runs each timer and promise until then. */
  pass(milliseconds: number): Promise<void>;
  /** A promise that a timer of the fake time resolves. */
  after<T>(milliseconds: number, value: T): Promise<T>;
}

/** Replaces the time in every test of the surrounding `describe` or file. Only for code that waits for no socket. */
export function useFakeTime(): FakeTime {
  beforeEach(() => {
    // Jest replaces only the global `performance`. An import of node:perf_hooks would still return the real time.
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
