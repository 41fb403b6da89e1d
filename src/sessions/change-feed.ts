import { performance } from 'node:perf_hooks';
import type { Freshness } from './look-up-cache.js';
import type { RevocationStore, StoreWatch } from '../stores/revocation-store.js';

/** Receives the notifications of the feed. */
export interface FeedListener {
  /** The data of a subject changed. */
  forget(subject: string): void;
  /** The feed may have missed changes. */
  clear(): void;
}

/**
 * Listens to the changes of a store, and checks its connection with pings. Cached look-ups are valid while the last answered
 * ping was sent less than `staleness` ago. A change before a ping arrives before the answer to the ping.
 */
export class ChangeFeed implements Freshness {
  private watch: StoreWatch | null = null;
  /** The time at which the last answered ping was sent. */
  private heardAt = -Infinity;
  /** The time at which the watch began. Look-ups from before are never valid. */
  private watchingSince = Infinity;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: RevocationStore,
    private readonly staleness: number,
  ) {}

  goodUntil(askedAt: number): number {
    return askedAt >= this.watchingSince ? this.heardAt + this.staleness : -Infinity;
  }

  /** Listens until `stop()`, and reconnects when the connection is lost. Its timers do not prevent the process from ending. */
  start(listener: FeedListener): void {
    void this.beat(listener);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.watch?.close();
    this.watch = null;
  }

  private async beat(listener: FeedListener): Promise<void> {
    try {
      await this.within(this.watch === null ? this.connect(listener) : this.ping(this.watch));
    } catch {
      // `StoreClient` reports failures of the store. Here a failure only makes the cached look-ups invalid.
      this.lose(listener);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.beat(listener), this.staleness / 2).unref();
  }

  private async connect(listener: FeedListener): Promise<void> {
    const watch = await this.store.watch((subject) => (subject === null ? listener.clear() : listener.forget(subject)));
    if (this.stopped) return watch.close();
    this.watch = watch;
    await this.ping(watch);
    this.watchingSince = performance.now();
  }

  private async ping(watch: StoreWatch): Promise<void> {
    const sentAt = performance.now();
    await watch.ping();
    if (this.watch === watch) this.heardAt = sentAt;
  }

  private lose(listener: FeedListener): void {
    this.watchingSince = Infinity;
    this.heardAt = -Infinity;
    this.watch?.close();
    this.watch = null;
    listener.clear();
  }

  private within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), this.staleness).unref();
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
