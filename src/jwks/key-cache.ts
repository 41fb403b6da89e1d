import { backgroundTimer } from '../types/background-timer.js';
import { KeysUnavailableException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import type { KeySet } from './key-set.js';

/** The times of a key cache, in milliseconds. */
export interface CacheLimits {
  /** The time limit of a fetch. */
  readonly timeout: number;
  /** The shortest time between two fetches for an unknown key. */
  readonly cooldown: number;
  /** The longest time between two fetches. */
  readonly maxAge: number;
  /** How long keys stay in use after that, while fetches fail. */
  readonly maxStale: number;
}

/** Fetches the keys. `previous`: the keys of the last successful fetch. */
export type KeyLoader = (
  signal: AbortSignal,
  previous: KeySet | null,
) => Promise<{ readonly keys: KeySet; readonly maxAge: number | null }>;

/** The result of a fetch: the keys, or why it failed and whether older keys are in use. */
export type FetchOutcome = { readonly keys: KeySet } | { readonly failure: unknown; readonly hasKeys: boolean };

/** How long keys are fresh if the provider does not say, and the shortest time if it does. Milliseconds. */
const USUAL_AGE = 600_000;
const LEAST_AGE = 60_000;

/** The part of that time after which keys are fetched again, so that no request has to wait. */
const REFRESH_AFTER = 0.8;

const FIRST_RETRY = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** The cache of a provider's keys. At most one fetch runs at a time, and old keys stay in use while fetches fail. */
export class KeyCache {
  private cached: { keys: KeySet; refreshAt: number; until: number } | null = null;
  private pending: Promise<void> | null = null;
  private attempt: AbortController | null = null;
  private lastAttempt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private lastFailure: unknown;
  private timer: NodeJS.Timeout | null = null;
  private isRunning = false;

  constructor(
    private readonly load: KeyLoader,
    private readonly limits: CacheLimits,
    private readonly report: (outcome: FetchOutcome) => void,
  ) {}

  /** Fetches the keys now, and again before they expire. */
  start(): void {
    this.isRunning = true;
    void this.refresh();
  }

  stop(): void {
    this.isRunning = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.attempt?.abort(new Error('The application is shutting down.'));
  }

  /** The cached keys, or those of the next fetch. Throws a `KeysUnavailableException` if there are none. */
  keys(): Awaitable<KeySet> {
    const now = performance.now();
    const keys = this.usable(now);
    if (keys === null) return this.firstKeys(now);
    if (now >= (this.cached?.refreshAt ?? 0) && this.mayRetry(now)) void this.refresh();
    return keys;
  }

  /** The keys after another fetch, for a token with an unknown key. Within the cooldown: the cached keys. */
  keysAfterMiss(): Awaitable<KeySet> {
    const mayFetch = performance.now() - this.lastAttempt >= this.limits.cooldown;
    return this.pending === null && !mayFetch ? this.keys() : this.refresh().then(() => this.keys());
  }

  private usable(now: number): KeySet | null {
    return this.cached !== null && now < this.cached.until ? this.cached.keys : null;
  }

  private async firstKeys(now: number): Promise<KeySet> {
    if (this.pending !== null || this.mayRetry(now)) await this.refresh();
    const keys = this.usable(performance.now());
    if (keys !== null) return keys;
    throw new KeysUnavailableException(undefined, { cause: this.lastFailure });
  }

  private mayRetry(now: number): boolean {
    return now - this.lastAttempt >= this.retryDelay();
  }

  /** The pause after a failure: a second, then twice as long each time, up to the cooldown. */
  private retryDelay(): number {
    return this.failures === 0 ? 0 : Math.min(this.limits.cooldown, FIRST_RETRY * 2 ** (this.failures - 1));
  }

  private refresh(): Promise<void> {
    this.pending ??= this.fetch().finally(() => {
      this.pending = null;
      this.schedule();
    });
    return this.pending;
  }

  private async fetch(): Promise<void> {
    const attempt = (this.attempt = new AbortController());
    const { timeout } = this.limits;
    const deadline = backgroundTimer(() => attempt.abort(new Error(`No response within ${timeout} ms.`)), timeout);
    try {
      const previous = this.cached?.keys ?? null;
      const { keys, maxAge } = await orAbort(this.load(attempt.signal, previous), attempt.signal);
      this.store(keys, maxAge);
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(deadline);
      // Ends what the loader has left running.
      attempt.abort();
      this.lastAttempt = performance.now();
    }
  }

  private store(keys: KeySet, maxAge: number | null): void {
    const lifetime = Math.min(Math.max(maxAge ?? USUAL_AGE, LEAST_AGE), this.limits.maxAge);
    const now = performance.now();
    this.cached = { keys, refreshAt: now + lifetime * REFRESH_AFTER, until: now + lifetime + this.limits.maxStale };
    this.failures = 0;
    this.report({ keys });
  }

  private fail(failure: unknown): void {
    this.failures += 1;
    this.lastFailure = failure;
    if (this.isRunning) this.report({ failure, hasKeys: this.usable(performance.now()) !== null });
  }

  private schedule(): void {
    if (!this.isRunning) return;
    const due = this.failures > 0 ? this.retryDelay() : (this.cached?.refreshAt ?? 0) - performance.now();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = backgroundTimer(() => void this.refresh(), Math.min(Math.max(due, 0), LONGEST_TIMER));
  }
}

/** Rejects when the signal aborts, because the application's own `fetch` may ignore the signal. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
