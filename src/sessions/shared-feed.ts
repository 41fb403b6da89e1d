import { backgroundTimer } from '../types/background-timer.js';
import type { RevocationStore } from '../stores/revocation-store.js';
import { ChangeFeed, type FeedListener, type FeedReporter } from './change-feed.js';
import type { Freshness } from './look-up-cache.js';

/** How long the feed goes on without listeners, in milliseconds. The next connection may come soon. */
const LINGER = 30_000;

/** One feed of a store's changes for many listeners. It has a connection to the store only while it has listeners. */
export class SharedFeed implements Freshness {
  private readonly listeners = new Set<FeedListener>();
  private feed: ChangeFeed | null = null;
  private lingering: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly store: RevocationStore,
    private readonly staleness: number,
    private readonly report: FeedReporter,
  ) {}

  validUntil(requestedAt: number): number {
    return this.feed?.validUntil(requestedAt) ?? -Infinity;
  }

  /** Returns a function that removes the listener. */
  listen(listener: FeedListener): () => void {
    this.listeners.add(listener);
    this.start();
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.linger();
    };
  }

  /** Ends the feed for good. */
  stop(): void {
    this.isStopped = true;
    this.listeners.clear();
    this.pause();
  }

  private start(): void {
    if (this.lingering !== null) clearTimeout(this.lingering);
    this.lingering = null;
    if (this.isStopped || this.feed !== null) return;
    this.feed = new ChangeFeed(this.store, this.staleness, this.report);
    this.feed.start({
      remove: (subject) => this.listeners.forEach((listener) => listener.remove(subject)),
      clear: (heardAt) => this.listeners.forEach((listener) => listener.clear(heardAt)),
    });
  }

  private linger(): void {
    if (this.feed !== null) this.lingering = backgroundTimer(() => this.pause(), LINGER);
  }

  private pause(): void {
    if (this.lingering !== null) clearTimeout(this.lingering);
    this.lingering = null;
    this.feed?.stop();
    this.feed = null;
  }
}
