import { backgroundTimer } from '../types/background-timer.js';
import { performance } from 'node:perf_hooks';
import { arrivedAnswer, completed } from '../types/callback-answer.js';
import type { RevocationEvent } from '../types/revocation-event.js';
import { OwnLogger } from '../errors/own-logger.js';
import type { Freshness } from './look-up-cache.js';
import type { RevocationStore, StoreWatch } from '../stores/revocation-store.js';

/** Receives the notifications of the feed. */
export interface FeedListener {
  /** The data of a subject changed. */
  remove(subject: string): void;
  /** The feed may have missed changes after `heardAt`, in milliseconds of `performance.now()`. */
  clear(heardAt: number): void;
}

/** Receives the news about the feed itself. */
export type FeedReporter = (event: Extract<RevocationEvent, { type: 'push-unavailable' | 'push-available' }>) => void;

/** The longest pause between two attempts to connect, in milliseconds. With the attempt, the feed is back within 5 seconds. */
const LONGEST_PAUSE = 3_000;

/** How long a connection lasts before it counts as stable, in milliseconds. */
const STABLE_AFTER = 10_000;

/** How many failures in a row are reported. A connection that is lost once is usually back at the next attempt. */
const REPORTED_FAILURES = 2;

/**
 * Listens to the changes of a store, and checks its connection with pings. Cached look-ups are valid while the last answered
 * ping was sent less than `staleness` ago. A change before a ping arrives before the answer to the ping.
 */
export class ChangeFeed implements Freshness {
  private readonly logger = new OwnLogger();
  private watch: StoreWatch | null = null;
  /** The time at which the last answered ping was sent. */
  private heardAt = -Infinity;
  /** The time at which the watch began. Look-ups from before are never valid. */
  private watchingSince = Infinity;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  /** The number of the current attempt to connect. A connection of an earlier attempt comes too late. */
  private attempt = 0;
  /** Failures since the last stable connection. */
  private failures = 0;

  constructor(
    private readonly store: RevocationStore,
    private readonly staleness: number,
    private readonly report: FeedReporter = () => undefined,
  ) {}

  validUntil(requestedAt: number): number {
    return requestedAt >= this.watchingSince ? this.heardAt + this.staleness : -Infinity;
  }

  /** Listens until `stop()`, and reconnects when the connection is lost. Its timers do not prevent the process from ending. */
  start(listener: FeedListener): void {
    void this.beat(listener);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.close(this.watch);
    this.watch = null;
  }

  private async beat(listener: FeedListener): Promise<void> {
    try {
      await this.within(this.watch === null ? this.connect(listener) : this.ping(this.watch));
      this.succeed();
    } catch (error) {
      this.lose(listener);
      this.fail(error);
    }
    if (this.stopped) return;
    this.timer = backgroundTimer(() => void this.beat(listener), this.pause());
  }

  /** The pause after a failure doubles each time, so that a feed that cannot work costs little. */
  private pause(): number {
    const usual = this.staleness / 2;
    return this.watch !== null ? usual : Math.min(usual * 2 ** (this.failures - 1), LONGEST_PAUSE);
  }

  private succeed(): void {
    if (this.failures === 0 || performance.now() - this.watchingSince < STABLE_AFTER) return;
    if (this.failures >= REPORTED_FAILURES) this.report({ type: 'push-available' });
    this.failures = 0;
  }

  private fail(cause: unknown): void {
    if (this.stopped) return;
    this.failures++;
    if (this.failures === REPORTED_FAILURES) this.report({ type: 'push-unavailable', cause });
  }

  private async connect(listener: FeedListener): Promise<void> {
    const attempt = ++this.attempt;
    const onChange = (subject: string | null) =>
      subject === null ? listener.clear(performance.now()) : listener.remove(subject);
    const watch = requireWatch(await arrivedAnswer(this.store.watch(onChange), 'watch() of the store'));
    if (this.stopped || this.attempt !== attempt) return this.close(watch);
    this.watch = watch;
    await this.ping(watch);
    this.watchingSince = performance.now();
  }

  private async ping(watch: StoreWatch): Promise<void> {
    const sentAt = performance.now();
    await completed(watch.ping());
    if (this.watch === watch) this.heardAt = sentAt;
  }

  private lose(listener: FeedListener): void {
    const { heardAt } = this;
    this.attempt++;
    this.watchingSince = Infinity;
    this.heardAt = -Infinity;
    this.close(this.watch);
    this.watch = null;
    listener.clear(heardAt);
  }

  private close(watch: StoreWatch | null): void {
    if (watch !== null) this.logger.protect('close() of the watch of the revocation store', () => watch.close());
  }

  private within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = backgroundTimer(
        () => reject(new Error(`The store did not answer within ${this.staleness} ms.`)),
        this.staleness,
      );
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function requireWatch(watch: unknown): StoreWatch {
  const { ping, close } = (watch ?? {}) as Partial<StoreWatch>;
  if (typeof ping === 'function' && typeof close === 'function') return watch as StoreWatch;
  throw new TypeError('watch() of the store must return an object with ping() and close().');
}
