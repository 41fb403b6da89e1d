import { jest } from '@jest/globals';

/** The clock of the code under test: it stands still until it is put forward. Timers run by the real one. */
export class TestClock {
  private time = Math.floor(Date.now() / 1000) * 1000;

  /** Puts it forward. */
  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  replaceDateNow(): void {
    jest.spyOn(Date, 'now').mockImplementation(() => this.time);
  }
}

/** A clock that stands at a full second, as long as the surrounding `describe` or file. */
export function useTestClock(): TestClock {
  const clock = new TestClock();
  beforeAll(() => clock.replaceDateNow());
  afterAll(() => jest.restoreAllMocks());
  return clock;
}

/** Lets `performance.now()` jump ahead of the real time, for spans that are too long to wait for. Timers are not affected. */
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
