import { jest } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { until } from '../../support/until.js';
import type { StoreWatch } from '../../../src/stores/revocation-store.js';
import { ChangeFeed } from '../../../src/sessions/change-feed.js';

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
    feed = new ChangeFeed(store, 100);
  });
  afterEach(() => feed.stop());

  it('vouches for nothing before it listens, nor for what was asked before', async () => {
    const before = performance.now();
    expect(counts(feed)).toBe(false);
    feed.start(listenerOf());
    await until(() => counts(feed));
    expect(counts(feed, before)).toBe(false);
  });

  it('vouches for answers of any age while the connection answers', async () => {
    feed.start(listenerOf());
    await sleep(20);
    const asked = performance.now();
    await sleep(350);
    await until(() => counts(feed, asked));
    expect(store.watches).toBe(1);
  });

  it('passes on what changed', async () => {
    const listener = listenerOf();
    feed.start(listener);
    await sleep(20);
    store.tell('alice');
    expect(listener.forget).toHaveBeenCalledWith('alice');
    store.tell(null);
    expect(listener.clear).toHaveBeenCalledTimes(1);
  });

  it('vouches for nothing longer than the staleness after the last ping that was answered', async () => {
    feed.start(listenerOf());
    await sleep(20);
    store.ping = () => new Promise(() => undefined);
    const silentSince = performance.now();
    expect(feed.goodUntil(silentSince)).toBeLessThan(silentSince + 130);
    await until(() => !counts(feed, silentSince));
    expect(feed.goodUntil(performance.now())).toBeLessThan(silentSince + 130);
  });

  it('forgets everything when the connection is lost, and begins anew', async () => {
    const listener = listenerOf();
    feed.start(listener);
    await sleep(20);
    store.ping = () => Promise.reject(new Error('lost'));
    await until(() => listener.clear.mock.calls.length > 0);
    expect(counts(feed)).toBe(false);
    store.ping = () => Promise.resolve();
    await until(() => counts(feed));
    expect(store.watches).toBeGreaterThan(1);
  });

  it('is silent once it was stopped', async () => {
    feed.start(listenerOf());
    await sleep(20);
    feed.stop();
    expect(store.closed).toBe(1);
    await sleep(120);
    expect(store.watches).toBe(1);
  });
});
