import { KeysUnavailableException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import type { KeySet } from './key-set.js';

/** The limits of the cache, in milliseconds. */
export interface CacheLimits {
  /** The time limit of a fetch. */
  readonly timeout: number;
  /** How long after a fetch an unknown key causes no other fetch. */
  readonly cooldown: number;
  /** How long keys are used before they are fetched again. */
  readonly maxAge: number;
  /** How long keys are used while they cannot be fetched again. */
  readonly maxStale: number;
}

/** Fetches the keys. `previous` has the keys of the last fetch. */
export type KeyLoader = (
  signal: AbortSignal,
  previous: KeySet | null,
) => Promise<{ readonly keys: KeySet; readonly maxAge: number | null }>;

/** The outcome of a fetch: the keys, or the failure. */
export type FetchOutcome = { readonly keys: KeySet } | { readonly failure: unknown; readonly hasKeys: boolean };

/** The lifetime of keys without `max-age`, and the shortest lifetime. */
const USUAL_AGE = 600_000;
const LEAST_AGE = 60_000;

/** The part of the lifetime after which keys are fetched again. So no request must wait for them. */
const REFRESH_AFTER = 0.8;

const FIRST_RETRY = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Caches the keys of a provider. It makes at most one fetch at a time, and uses the old keys while fetches fail. */
export class KeyCache {
  private held: { keys: KeySet; refreshAt: number; until: number } | null = null;
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
    this.attempt?.abort(new Error('The application stops.'));
  }

  /** The cached keys, or the result of the first fetch. @throws KeysUnavailableException if that fetch fails. */
  keys(): Awaitable<KeySet> {
    const now = performance.now();
    const keys = this.usable(now);
    if (keys === null) return this.firstKeys(now);
    if (now >= (this.held?.refreshAt ?? 0) && this.mayRetry(now)) void this.refresh();
    return keys;
  }

  /** Fetches the keys for a token with an unknown `kid`. Within the cool-down, returns the cached keys. */
  keysAfterMiss(): Awaitable<KeySet> {
    const mayAsk = performance.now() - this.lastAttempt >= this.limits.cooldown;
    return this.pending === null && !mayAsk ? this.keys() : this.refresh().then(() => this.keys());
  }

  private usable(now: number): KeySet | null {
    return this.held !== null && now < this.held.until ? this.held.keys : null;
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

  /** Starts at one second and doubles, up to the cool-down. */
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
    const deadline = setTimeout(() => attempt.abort(new Error(`No response within ${timeout} ms.`)), timeout);
    deadline.unref();
    try {
      const previous = this.held?.keys ?? null;
      const { keys, maxAge } = await orAbort(this.load(attempt.signal, previous), attempt.signal);
      this.hold(keys, maxAge);
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(deadline);
      // Aborts requests that are still pending.
      attempt.abort();
      this.lastAttempt = performance.now();
    }
  }

  private hold(keys: KeySet, maxAge: number | null): void {
    const lifetime = Math.min(Math.max(maxAge ?? USUAL_AGE, LEAST_AGE), this.limits.maxAge);
    const now = performance.now();
    this.held = { keys, refreshAt: now + lifetime * REFRESH_AFTER, until: now + lifetime + this.limits.maxStale };
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
    const due = this.failures > 0 ? this.retryDelay() : (this.held?.refreshAt ?? 0) - performance.now();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), Math.min(Math.max(due, 0), LONGEST_TIMER));
    // The timer must not prevent the process from ending.
    this.timer.unref();
  }
}

/** Rejects on abort, because the application's own `fetch` may ignore the signal. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
