import { jest } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { useFakeTime } from '../../support/fake-time.js';
import type { StoreWatch } from '../../../src/stores/revocation-store.js';
import { ChangeFeed } from '../../../src/sessions/change-feed.js';

const STALENESS = 100;
const time = useFakeTime();

/** A store whose connection for changes does what the test says. */
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

const listenerOf = () => ({ forget: jest.fn(), clear: jest.fn() });
const counts = (feed: ChangeFeed, askedAt = performance.now()) => feed.goodUntil(askedAt) > performance.now();

describe('The feed of a store’s changes', () => {
  let store: WatchedStore;
  let feed: ChangeFeed;
  beforeEach(() => {
    store = new WatchedStore();
    feed = new ChangeFeed(store, STALENESS);
  });
  afterEach(() => feed.stop());

  it('makes no look-up valid that started before it listened', async () => {
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
    const asked = performance.now();
    await time.pass(3.5 * STALENESS);
    expect(counts(feed, asked)).toBe(true);
    expect(store.watches).toBe(1);
  });

  it('passes on the changed subjects', async () => {
    const listener = listenerOf();
    feed.start(listener);
    await time.pass(20);
    store.tell('alice');
    expect(listener.forget).toHaveBeenCalledWith('alice');
    store.tell(null);
    expect(listener.clear).toHaveBeenCalledTimes(1);
  });

  it('makes no look-up valid longer than the staleness after the last answered ping', async () => {
    feed.start(listenerOf());
    await time.pass(0);
    const answeredAt = performance.now();
    await time.pass(20);
    store.ping = () => new Promise(() => undefined);
    const asked = performance.now();
    expect(feed.goodUntil(asked)).toBe(answeredAt + STALENESS);
    await time.pass(STALENESS - 21);
    expect(counts(feed, asked)).toBe(true);
    await time.pass(1);
    expect(counts(feed, asked)).toBe(false);
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

  it('passes on nothing after stop()', async () => {
    feed.start(listenerOf());
    await time.pass(20);
    feed.stop();
    expect(store.closed).toBe(1);
    await time.pass(2 * STALENESS);
    expect(store.watches).toBe(1);
  });
});
