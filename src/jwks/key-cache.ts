import { KeysUnavailableException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import type { KeySet } from './key-set.js';

/** Milliseconds, all of them. */
export interface CacheLimits {
  /** How long an attempt may take. */
  readonly timeout: number;
  /** How long after an attempt an unknown key causes none. */
  readonly cooldown: number;
  /** How long keys are used before they are fetched again. */
  readonly maxAge: number;
  /** How long keys are used while they cannot be fetched again. */
  readonly maxStale: number;
}

/** Fetches the keys: told of those that were fetched before. */
export type KeyLoader = (
  signal: AbortSignal,
  previous: KeySet | null,
) => Promise<{ readonly keys: KeySet; readonly maxAge: number | null }>;

/** What there is to tell of an attempt: the keys it fetched, or why it failed. */
export type FetchOutcome = { readonly keys: KeySet } | { readonly failure: unknown; readonly hasKeys: boolean };

/** Where the provider does not say; and the least, whatever it says. */
const USUAL_AGE = 600_000;
const LEAST_AGE = 60_000;

/** The part of their time after which keys are fetched again, before anybody would have to wait for them. */
const REFRESH_AFTER = 0.8;

const FIRST_RETRY = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Keeps the keys of a provider: at most one request for them is on its way, and old keys serve while it fails. */
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

  /** Fetches the keys, and from then on again in time. */
  start(): void {
    this.isRunning = true;
    void this.refresh();
  }

  stop(): void {
    this.isRunning = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.attempt?.abort(new Error('The application stops.'));
  }

  /** The keys that are known; throws a `KeysUnavailableException` where there are none to be had. */
  keys(): Awaitable<KeySet> {
    const now = performance.now();
    const keys = this.usable(now);
    if (keys === null) return this.firstKeys(now);
    if (now >= (this.held?.refreshAt ?? 0) && this.mayRetry(now)) void this.refresh();
    return keys;
  }

  /** The keys once more, after a token named one that is not among them: the same within the cool-down. */
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

  /** From a second on ever longer, up to the cool-down. */
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
    const deadline = setTimeout(() => attempt.abort(new Error(`No answer within ${timeout} ms.`)), timeout);
    deadline.unref();
    try {
      const previous = this.held?.keys ?? null;
      const { keys, maxAge } = await orAbort(this.load(attempt.signal, previous), attempt.signal);
      this.hold(keys, maxAge);
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(deadline);
      // Whatever is still on its way.
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
    // An application that has nothing else to do may end.
    this.timer.unref();
  }
}

/** A fetch of the application's own may not heed the signal. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
