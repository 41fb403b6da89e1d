import { performance } from 'node:perf_hooks';
import type { Freshness } from './look-up-cache.js';
import type { RevocationStore, StoreWatch } from '../stores/revocation-store.js';

/** What the feed tells. */
export interface FeedListener {
  /** Something about a subject changed. */
  forget(subject: string): void;
  /** Changes may have been missed. */
  clear(): void;
}

/**
 * Listens to a store's changes, and knows whether it would hear of them: answers count as long as the connection has
 * answered a ping that was sent less than `staleness` ago, since what changed before a ping arrives before its answer.
 */
export class ChangeFeed implements Freshness {
  private watch: StoreWatch | null = null;
  /** When the last ping was sent that was answered; what was asked for before the watch began never counts. */
  private heardAt = -Infinity;
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

  /** Listens until it is stopped, and begins anew whenever the connection is lost. Keeps no process alive. */
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
      // The store's own state is told elsewhere; here it only means that nothing remembered counts.
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
