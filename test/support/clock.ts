import { jest } from '@jest/globals';

/** The clock of the code under test, as long as the surrounding `describe`; timers run by the real one. */
export class TestClock {
  private ahead = 0;

  /** Puts it forward. */
  advance(seconds: number): void {
    this.ahead += seconds * 1000;
  }

  /** Puts it to the beginning of the next second, so that what follows is within one. */
  toFullSecond(): void {
    this.ahead += 1000 - (Date.now() % 1000);
  }

  replaceDateNow(): void {
    const real = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => real() + this.ahead);
  }
}

/** A clock that can be put forward. */
export function useTestClock(): TestClock {
  const clock = new TestClock();
  beforeAll(() => clock.replaceDateNow());
  afterAll(() => jest.restoreAllMocks());
  return clock;
}
