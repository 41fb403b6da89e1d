import { performance } from 'node:perf_hooks';
import { RevocationUnavailableException } from '../errors/exceptions.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { RevocationEvents } from './revocation-events.js';
import type { RevocationStore } from './revocation-store.js';

/** How long a reading of the store's clock is good for, in milliseconds: long before clocks drift apart noticeably. */
const SAMPLE_LIFE = 30_000;

/** A reading of the store's clock, and when it arrived by ours. */
interface ClockSample {
  readonly storeTime: number;
  readonly receivedAt: number;
}

/**
 * Calls a store with a deadline of our own, since drivers may hang for as long as they like. Whatever fails or takes too
 * long is a `RevocationUnavailableException`; an answer that comes later than that is dropped.
 */
export class StoreClient {
  private sample: ClockSample | null = null;
  private available = true;

  constructor(
    private readonly store: RevocationStore,
    private readonly timeout: number,
    private readonly events: RevocationEvents,
  ) {}

  /** Reads; without a promise where the store needs none. */
  read<T>(work: (store: RevocationStore) => Awaitable<T>): Awaitable<T> {
    return this.call(() => work(this.store), this.timeout);
  }

  /**
   * Writes, with the time by which it must be applied in the store's clock: at the latest when we give up. What the store
   * says came too late is tried once more with a new reading of its clock, while there is time.
   */
  async write<T>(
    work: (store: RevocationStore, deadline: number) => Awaitable<T>,
    isLate: (result: T) => boolean,
  ): Promise<T> {
    const giveUpAt = performance.now() + this.timeout;
    for (let attempt = 0; attempt < 2; attempt++) {
      const deadline = await this.storeTimeAt(giveUpAt);
      const result = await this.call(() => work(this.store, deadline), giveUpAt - performance.now());
      if (!isLate(result)) return result;
      this.sample = null;
    }
    return this.fail(new Error('The store applies writes too late: it is overloaded, or its clock jumps.'));
  }

  /**
   * What the store's clock shows at the latest when ours shows a given time. The reading was made before it arrived, so
   * the true time can only be later, and the store passes the deadline before we give up.
   */
  private async storeTimeAt(ourTime: number): Promise<number> {
    const now = performance.now();
    let sample = this.sample;
    if (sample === null || now - sample.receivedAt > SAMPLE_LIFE) {
      const storeTime = await this.call(() => this.store.now(), ourTime - now);
      sample = { storeTime, receivedAt: performance.now() };
      this.sample = sample;
    }
    return Math.floor(sample.storeTime + (ourTime - sample.receivedAt));
  }

  private call<T>(work: () => Awaitable<T>, timeout: number): Awaitable<T> {
    let pending: Awaitable<T>;
    try {
      pending = work();
    } catch (error) {
      return this.fail(error);
    }
    if (isPromise(pending)) return this.bounded(pending, timeout);
    this.succeed();
    return pending;
  }

  private bounded<T>(pending: Promise<T>, timeout: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The store did not answer within ${Math.round(this.timeout)} ms.`)),
        Math.max(0, timeout),
      );
      Promise.resolve(pending)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    }).then(
      (result) => {
        this.succeed();
        return result;
      },
      (error: unknown) => this.fail(error),
    );
  }

  private succeed(): void {
    if (this.available) return;
    this.available = true;
    this.events.emit({ type: 'store-available' });
  }

  private fail(cause: unknown): never {
    this.sample = null;
    if (this.available) {
      this.available = false;
      this.events.emit({ type: 'store-unavailable', cause });
    }
    throw new RevocationUnavailableException(undefined, { cause });
  }
}
