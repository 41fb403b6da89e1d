import { jest } from '@jest/globals';
import { RefusalTime, type Attempt } from '../../../src/log-in/refusal-time.js';
import { useFakeTime } from '../../support/fake-time.js';

const time = useFakeTime();

/** The time from the beginning of an attempt until it ends, if the check of the password takes this long. */
async function refused(times: RefusalTime, check: number): Promise<number> {
  const start = Date.now();
  const attempt = times.begin();
  await time.pass(check);
  let end: number | null = null;
  void attempt.fail().then(() => (end = Date.now()));
  for (let passed = 0; end === null && passed < 20_000; passed++) await time.pass(1);
  return (end ?? NaN) - start;
}

async function succeed(times: RefusalTime, check: number, count = 1): Promise<void> {
  for (let done = 0; done < count; done++) {
    const attempt = times.begin();
    await time.pass(check);
    attempt.succeed();
  }
}

it('answers fast and slow refusals after the same time', async () => {
  const times = new RefusalTime(25);
  expect([await refused(times, 0), await refused(times, 5), await refused(times, 20)]).toEqual([25, 25, 25]);
});

it('takes longer after a longer check of a password', async () => {
  const times = new RefusalTime(25);
  await succeed(times, 60);
  expect([await refused(times, 0), await refused(times, 60)]).toEqual([100, 100]);
});

it('learns from two slow refusals, whose time is a multiple of the step', async () => {
  const times = new RefusalTime(25);
  expect([await refused(times, 30), await refused(times, 0), await refused(times, 30)]).toEqual([50, 25, 50]);
  expect([await refused(times, 0), await refused(times, 30)]).toEqual([50, 50]);
});

it('does not become shorter through fast refusals', async () => {
  const times = new RefusalTime(25);
  await succeed(times, 60);
  for (let count = 0; count < 100; count++) await refused(times, 0);
  await time.pass(3_600_000);
  for (let count = 0; count < 100; count++) await refused(times, 0);
  expect(await refused(times, 60)).toBe(100);
});

it('ignores one slow check, and forgets two of them ten minutes later', async () => {
  const times = new RefusalTime(25);
  await succeed(times, 60, 5);
  await succeed(times, 3000);
  expect(await refused(times, 0)).toBe(100);
  await succeed(times, 3000);
  expect(await refused(times, 0)).toBe(5000);
  await time.pass(600_000);
  await succeed(times, 60);
  expect(await refused(times, 0)).toBe(100);
});

it('does not change to and fro with checks of nearly the same time', async () => {
  const times = new RefusalTime(25);
  const seen = new Set<number>();
  await succeed(times, 42);
  for (let count = 0; count < 40; count++) {
    await time.pass(60_000);
    await succeed(times, 38 + (count % 8));
    seen.add(await refused(times, 0));
  }
  expect([...seen]).toEqual([100]);
});

it('waits at most a step of five seconds longer than the check', async () => {
  const times = new RefusalTime(25);
  await succeed(times, 60_000);
  expect(await refused(times, 0)).toBe(5000);
  expect(await refused(times, 7000)).toBe(10_000);
});

it('does not wait with the option false', async () => {
  const times = new RefusalTime(null);
  await succeed(times, 60);
  expect([await refused(times, 0), await refused(times, 7)]).toEqual([0, 7]);
});

it('leaves no timer after a success', () => {
  const attempts: Attempt[] = Array.from({ length: 3 }, () => new RefusalTime(1000).begin());
  attempts.forEach((attempt) => attempt.succeed());
  expect(jest.getTimerCount()).toBe(0);
});
