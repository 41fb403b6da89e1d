import { jest } from '@jest/globals';

/** The clock of the code under test. It advances only by `advance()`. Timers use the real clock. */
export class TestClock {
  private time = Math.floor(Date.now() / 1000) * 1000;

  /** Advances the clock. */
  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  replaceDateNow(): void {
    jest.spyOn(Date, 'now').mockImplementation(() => this.time);
  }
}

/** A clock that starts at a whole second, for the surrounding `describe` or file. */
export function useTestClock(): TestClock {
  const clock = new TestClock();
  beforeAll(() => clock.replaceDateNow());
  afterAll(() => jest.restoreAllMocks());
  return clock;
}

/** Lets `performance.now()` jump forward, because the real time would be too long for a test. Timers are not affected. */
export function replacePerformanceNow(): { advance(seconds: number): void; restore(): void } {
  const realNow = performance.now.bind(performance);
  let ahead = 0;
  const spy = jest.spyOn(performance, 'now').mockImplementation(() => realNow() + ahead);
  return {
    advance(seconds) {
      ahead += seconds * 1000;
    },
    restore: () => spy.mockRestore(),
  };
}
