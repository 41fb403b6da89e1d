import { jest } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import { Observable, of, throwError } from 'rxjs';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { useFakeTime } from '../../support/fake-time.js';
import type { StoreWatch } from '../../../src/stores/revocation-store.js';
import { ChangeFeed } from '../../../src/sessions/change-feed.js';

const STALENESS = 100;
const time = useFakeTime();

/** A store with a connection for changes that the test controls. */
class WatchedStore extends MemoryRevocationStore {
  override readonly watchProblem = null;
  ping: () => Promise<void> = () => Promise.resolve();
  tell: (subject: string | null) => void = () => undefined;
  watches = 0;
  closed = 0;

  override watch(onChange: (subject: string | null) => void): StoreWatch {
    this.watches++;
    this.tell = onChange;
    return { ping: () => this.ping(), close: () => void this.closed++ };
  }
}

const listenerOf = () => ({ remove: jest.fn(), clear: jest.fn() });
const counts = (feed: ChangeFeed, requestedAt = performance.now()) => feed.validUntil(requestedAt) > performance.now();

describe('The feed of a store’s changes', () => {
  beforeAll(() => Logger.overrideLogger(false));
  let store: WatchedStore;
  let feed: ChangeFeed;
  beforeEach(() => {
    store = new WatchedStore();
    feed = new ChangeFeed(store, STALENESS);
  });
  afterEach(() => feed.stop());

  it('makes no look-up valid that started before the feed listened', async () => {
    const before = performance.now();
    expect(counts(feed)).toBe(false);
    await time.pass(1);
    feed.start(listenerOf());
    await time.pass(0);
    expect(counts(feed)).toBe(true);
    expect(counts(feed, before)).toBe(false);
  });

  it('makes look-ups of any age valid while the connection answers', async () => {
    feed.start(listenerOf());
    await time.pass(20);
    const requestedAt = performance.now();
    await time.pass(3.5 * STALENESS);
    expect(counts(feed, requestedAt)).toBe(true);
    expect(store.watches).toBe(1);
  });

  it('accepts a connection and pings that are Observables', async () => {
    let pings = 0;
    let isLost = false;
    store.ping = () =>
      new Observable((subscriber) => {
        pings++;
        if (isLost) subscriber.error(new Error('lost'));
        else subscriber.complete();
      }) as never;
    const watch = store.watch.bind(store);
    store.watch = (onChange) => of(watch(onChange)) as never;
    feed.start(listenerOf());
    await time.pass(3 * STALENESS);
    expect(pings).toBeGreaterThan(2);
    expect(counts(feed)).toBe(true);
    isLost = true;
    await time.pass(STALENESS);
    expect(counts(feed)).toBe(false);
    store.watch = () => throwError(() => new Error('no connection')) as never;
    await time.pass(STALENESS);
    expect(counts(feed)).toBe(false);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('closed already');
      },
    ],
    ['rejects', () => Promise.reject(new Error('closed already'))],
  ])('connects again if close() of a connection %s, and can be stopped', async (_how, close) => {
    const watch = store.watch.bind(store);
    store.watch = (onChange) => ({ ...watch(onChange), close });
    feed.start(listenerOf());
    await time.pass(0);
    store.ping = () => Promise.reject(new Error('lost'));
    await time.pass(STALENESS);
    store.ping = () => Promise.resolve();
    await time.pass(10 * STALENESS);
    expect(store.watches).toBeGreaterThan(1);
    expect(counts(feed)).toBe(true);
    expect(() => feed.stop()).not.toThrow();
  });

  it.each([undefined, null, {}, { ping: () => undefined }, 'connected'])(
    'accepts no connection from a watch() that returns %p',
    async (watch) => {
      store.watch = () => watch as never;
      feed.start(listenerOf());
      await time.pass(10 * STALENESS);
      expect(counts(feed)).toBe(false);
      expect(() => feed.stop()).not.toThrow();
    },
  );

  it('notifies the cache of the changed subjects', async () => {
    const listener = listenerOf();
    feed.start(listener);
    await time.pass(20);
    store.tell('alice');
    expect(listener.remove).toHaveBeenCalledWith('alice');
    store.tell(null);
    expect(listener.clear).toHaveBeenCalledTimes(1);
  });

  it('makes no look-up valid longer than the staleness after the last answered ping', async () => {
    feed.start(listenerOf());
    await time.pass(0);
    const answeredAt = performance.now();
    await time.pass(20);
    store.ping = () => new Promise(() => undefined);
    const requestedAt = performance.now();
    expect(feed.validUntil(requestedAt)).toBe(answeredAt + STALENESS);
    await time.pass(STALENESS - 21);
    expect(counts(feed, requestedAt)).toBe(true);
    await time.pass(1);
    expect(counts(feed, requestedAt)).toBe(false);
  });

  it('clears the cache when the connection is lost, and connects again', async () => {
    const listener = listenerOf();
    feed.start(listener);
    await time.pass(20);
    store.ping = () => Promise.reject(new Error('lost'));
    await time.pass(STALENESS / 2);
    expect(listener.clear).toHaveBeenCalledTimes(1);
    expect(counts(feed)).toBe(false);
    store.ping = () => Promise.resolve();
    await time.pass(STALENESS / 2);
    expect(counts(feed)).toBe(true);
    expect(store.watches).toBe(2);
  });

  it('connects again after pauses that double, up to 3 s, and reports the failure once', async () => {
    const report = jest.fn();
    const attempts: number[] = [];
    const failure = new Error('no permission');
    feed = new ChangeFeed(store, STALENESS, report);
    const started = performance.now();
    jest.spyOn(store, 'watch').mockImplementation(() => {
      attempts.push(performance.now() - started);
      throw failure;
    });
    feed.start(listenerOf());
    await time.pass(600_000);
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] as number));
    expect(pauses.slice(0, 7)).toEqual([50, 100, 200, 400, 800, 1_600, 3_000]);
    expect(new Set(pauses.slice(7))).toEqual(new Set([3_000]));
    expect(report.mock.calls).toEqual([[{ type: 'push-unavailable', cause: failure }]]);
  });

  it('reports the end of a failure after the connection has lasted', async () => {
    const report = jest.fn();
    feed = new ChangeFeed(store, STALENESS, report);
    store.ping = () => Promise.reject(new Error('lost'));
    feed.start(listenerOf());
    await time.pass(STALENESS);
    store.ping = () => Promise.resolve();
    await time.pass(9_000);
    expect(counts(feed)).toBe(true);
    expect(report).toHaveBeenCalledTimes(1);
    await time.pass(3_000);
    expect(report.mock.calls[1]).toEqual([{ type: 'push-available' }]);
    await time.pass(30_000);
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('does not report a connection that is lost once', async () => {
    const report = jest.fn();
    feed = new ChangeFeed(store, STALENESS, report);
    feed.start(listenerOf());
    for (const _ of [1, 2, 3]) {
      await time.pass(15_000);
      store.ping = () => Promise.reject(new Error('lost'));
      await time.pass(STALENESS / 2);
      store.ping = () => Promise.resolve();
    }
    expect(report).not.toHaveBeenCalled();
    expect(store.watches).toBe(3);
  });

  it('reports a connection that is lost again and again, and slows down', async () => {
    const report = jest.fn();
    feed = new ChangeFeed(store, STALENESS, report);
    let pings = 0;
    // The first ping of a connection is answered, the second one is not.
    store.ping = () => (pings++ % 2 === 0 ? Promise.resolve() : Promise.reject(new Error('lost')));
    feed.start(listenerOf());
    await time.pass(60_000);
    expect(report).toHaveBeenCalledTimes(1);
    expect(store.watches).toBeLessThan(30);
  });

  it('closes a connection that opens after its time limit', async () => {
    jest.spyOn(store, 'watch').mockImplementation((() => {
      store.watches++;
      const watch = { ping: () => store.ping(), close: () => void store.closed++ };
      return new Promise((resolve) => setTimeout(() => resolve(watch), 2 * STALENESS));
    }) as unknown as WatchedStore['watch']);
    feed.start(listenerOf());
    await time.pass(60_000);
    feed.stop();
    await time.pass(2 * STALENESS);
    expect(store.closed).toBe(store.watches);
  });

  it('notifies the cache of nothing after stop()', async () => {
    feed.start(listenerOf());
    await time.pass(20);
    feed.stop();
    expect(store.closed).toBe(1);
    await time.pass(2 * STALENESS);
    expect(store.watches).toBe(1);
  });
});
