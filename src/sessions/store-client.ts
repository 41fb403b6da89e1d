import { performance } from 'node:perf_hooks';
import { RevocationUnavailableException } from '../errors/exceptions.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { RevocationEvents } from './revocation-events.js';
import type { LookUpCache } from './look-up-cache.js';
import type { LookUp, LookUpQuery, RevocationStore } from '../stores/revocation-store.js';
import { isLookUp, isTime, type WriteAnswer } from './store-answers.js';

/** How long a reading of the store's clock is good for, in milliseconds: long before clocks drift apart noticeably. */
const SAMPLE_LIFE = 30_000;

/** A reading of the store's clock, and when it arrived by ours. */
interface ClockSample {
  readonly storeTime: number;
  readonly receivedAt: number;
}

/** One call of the store. */
interface StoreCall<T> {
  readonly isValid: (answer: T) => boolean;
  readonly timeout: number;
  /** What its success proves; nothing, where it is only the clock that is read. */
  readonly proves: 'read' | 'write' | null;
}

/**
 * Calls a store with a deadline of our own, since drivers may hang for as long as they like. Whatever fails, takes too
 * long or has not the form it should is a `RevocationUnavailableException`; an answer that comes later is dropped.
 */
export class StoreClient {
  private sample: ClockSample | null = null;
  /** What fails now: a store may be read and yet not be written. */
  private readonly failing = new Set<'read' | 'write'>();

  constructor(
    private readonly store: RevocationStore,
    private readonly timeout: number,
    private readonly events: RevocationEvents,
    private readonly cache: LookUpCache | null = null,
  ) {}

  /** What the store knows about a token; what it answered a moment ago will do only where that is allowed. */
  lookUp(query: LookUpQuery, mayBeRemembered: boolean): Awaitable<LookUp> {
    if (!mayBeRemembered || this.cache === null) return this.askStore(query);
    return this.cache.lookUp(query, () => this.askStore(query));
  }

  /** The one call that comes with every request: nothing is made for it that it can do without. */
  private askStore(query: LookUpQuery): Awaitable<LookUp> {
    let answer: Awaitable<LookUp>;
    try {
      answer = this.store.lookUp(query);
    } catch (error) {
      return this.fail(error, 'read');
    }
    if (!isPromise(answer)) return this.accept(answer, isLookUp(answer, query.sid), 'read');
    const isValid = (late: LookUp) => isLookUp(late, query.sid);
    return this.bounded(answer, { isValid, timeout: this.timeout, proves: 'read' });
  }

  /** Reads; without a promise where the store needs none. */
  read<T>(work: (store: RevocationStore) => Awaitable<T>, isValid: (answer: T) => boolean): Awaitable<T> {
    return this.call(() => work(this.store), { isValid, timeout: this.timeout, proves: 'read' });
  }

  /**
   * Writes, with the time by which it must be applied in the store's clock: at the latest when we give up. What the store
   * says came too late is tried once more with a new reading of its clock, while there is time.
   */
  async write<T>(
    subject: string,
    work: (store: RevocationStore, deadline: number) => Awaitable<T>,
    answer: WriteAnswer<T>,
  ): Promise<T> {
    try {
      return await this.tryToWrite(work, answer);
    } finally {
      // Whether it was applied or not: this process at least must not go by what it knew before.
      this.cache?.forget(subject);
    }
  }

  private async tryToWrite<T>(
    work: (store: RevocationStore, deadline: number) => Awaitable<T>,
    { isValid, isLate }: WriteAnswer<T>,
  ): Promise<T> {
    const giveUpAt = performance.now() + this.timeout;
    for (let attempt = 0; attempt < 2; attempt++) {
      const deadline = await this.storeTimeAt(giveUpAt);
      const timeout = giveUpAt - performance.now();
      const answer = await this.call(() => work(this.store, deadline), { isValid, timeout, proves: 'write' });
      if (!isLate(answer)) return answer;
      this.sample = null;
    }
    return this.fail(new Error('The store applies writes too late: it is overloaded, or its clock jumps.'), 'write');
  }

  /**
   * What the store's clock shows at the latest when ours shows a given time. The reading was made before it arrived, so
   * the true time can only be later, and the store passes the deadline before we give up.
   */
  private async storeTimeAt(ourTime: number): Promise<number> {
    const now = performance.now();
    let sample = this.sample;
    if (sample === null || now - sample.receivedAt > SAMPLE_LIFE) {
      const timeout = ourTime - now;
      const storeTime = await this.call(() => this.store.now(), { isValid: isTime, timeout, proves: null });
      sample = { storeTime, receivedAt: performance.now() };
      this.sample = sample;
    }
    return Math.floor(sample.storeTime + (ourTime - sample.receivedAt));
  }

  private call<T>(work: () => Awaitable<T>, call: StoreCall<T>): Awaitable<T> {
    let answer: Awaitable<T>;
    try {
      answer = work();
    } catch (error) {
      return this.fail(error, call.proves);
    }
    return isPromise(answer) ? this.bounded(answer, call) : this.accept(answer, call.isValid(answer), call.proves);
  }

  private bounded<T>(pending: Promise<T>, call: StoreCall<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The store did not answer within ${Math.round(this.timeout)} ms.`)),
        Math.max(0, call.timeout),
      );
      Promise.resolve(pending)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    }).then(
      (answer) => this.accept(answer, call.isValid(answer), call.proves),
      (error: unknown) => this.fail(error, call.proves),
    );
  }

  private accept<T>(answer: T, isValid: boolean, proves: StoreCall<T>['proves']): T {
    if (!isValid) this.fail(new TypeError('The store answered something that is no answer.'), proves);
    if (this.failing.size > 0 && proves !== null && this.failing.delete(proves) && this.failing.size === 0) {
      this.events.emit({ type: 'store-available' });
    }
    return answer;
  }

  private fail(cause: unknown, failed: 'read' | 'write' | null): never {
    this.sample = null;
    const wasAvailable = this.failing.size === 0;
    this.failing.add(failed ?? 'write');
    if (wasAvailable) this.events.emit({ type: 'store-unavailable', cause });
    throw new RevocationUnavailableException(undefined, { cause });
  }
}
