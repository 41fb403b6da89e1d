import { jest } from '@jest/globals';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { PurgeTimer } from '../../src/sessions/purge-timer.js';
import { SessionApp } from '../support/session-app.js';
import { until } from '../support/until.js';

const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

/** A store that has so many steps to do. */
function storeWith(steps: number) {
  let left = steps;
  return { purgeStep: jest.fn(() => Promise.resolve(--left > 0)) };
}

describe('A store with expired entries', () => {
  const timers: PurgeTimer[] = [];
  const startTimer = (store: object, interval: number) => {
    const timer = new PurgeTimer(store, interval);
    timers.push(timer);
    timer.start();
    return timer;
  };
  afterEach(() => timers.splice(0).forEach((timer) => timer.stop()));

  it('is purged step by step until nothing is left, again and again', async () => {
    const store = storeWith(4);
    startTimer(store, 20);
    await until(() => store.purgeStep.mock.calls.length >= 6);
  });

  it('is purged again after a step has failed', async () => {
    const store = { purgeStep: jest.fn(() => Promise.reject(new Error('down'))) };
    startTimer(store, 10);
    await until(() => store.purgeStep.mock.calls.length >= 3);
  });

  it('is not purged after the stop, not even by a run that has begun', async () => {
    const store = { purgeStep: jest.fn(() => Promise.resolve(true)) };
    const timer = startTimer(store, 10);
    await until(() => store.purgeStep.mock.calls.length > 2);
    timer.stop();
    await settle();
    const calls = store.purgeStep.mock.calls.length;
    await settle();
    expect(store.purgeStep).toHaveBeenCalledTimes(calls);
  });

  it('is purged at different times by the processes of an application', async () => {
    const random = jest.spyOn(Math, 'random');
    const timeouts = jest.spyOn(globalThis, 'setTimeout');
    for (const value of [0, 0.5, 0.999]) {
      random.mockReturnValueOnce(value);
      startTimer(storeWith(1), 60_000);
    }
    const delays = timeouts.mock.calls.map(([, delay]) => Math.round(Number(delay) / 1_000));
    expect(delays).toEqual([30, 60, 90]);
    jest.restoreAllMocks();
    await settle();
  });
});

class PurgedStore extends MemoryRevocationStore {
  steps = 0;
  override purgeStep(): boolean {
    this.steps++;
    return false;
  }
}

describe('An application', () => {
  const run = async (purgeInterval: '1s' | false | undefined) => {
    const store = new PurgedStore();
    const app = await new SessionApp('express', store, { revocation: { purgeInterval } }).start();
    return { store, app };
  };

  it('purges its store, until it is closed', async () => {
    const { store, app } = await run('1s');
    await until(() => store.steps > 0);
    await app.stop();
  });

  it('purges nothing with purgeInterval: false', async () => {
    const timeouts = jest.spyOn(globalThis, 'setTimeout');
    const { app } = await run(false);
    const slow = timeouts.mock.calls.filter(([, delay]) => Number(delay) >= 30_000);
    expect(slow).toEqual([]);
    jest.restoreAllMocks();
    await app.stop();
  });
});
