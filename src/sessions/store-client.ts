import { performance } from 'node:perf_hooks';
import { RevocationUnavailableException } from '../errors/exceptions.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import { arrivedAnswer } from '../types/callback-answer.js';
import { boundedWrites, type StoreWrites } from './bounded-writes.js';
import type { RevocationEvents } from './revocation-events.js';
import type { LookUpCache } from './look-up-cache.js';
import type { LookUp, LookUpQuery, RevocationStore } from '../stores/revocation-store.js';
import { SharedLookUps, type Question } from './shared-look-ups.js';
import { isListOf, isLookUp, isTime, type WriteAnswer } from './store-answers.js';

/** How long a reading of the store's clock is used, in milliseconds. In that time, clocks drift apart only a little. */
const SAMPLE_LIFE = 30_000;

/** A reading of the store's clock, and the time of its arrival by our clock. */
interface ClockSample {
  readonly storeTime: number;
  readonly receivedAt: number;
}

/** One call of the store. */
interface StoreCall<T> {
  readonly isValid: (answer: T) => boolean;
  readonly timeout: number;
  /** The kind of access that works if the call succeeds. `null` for a reading of the clock. */
  readonly proves: 'read' | 'write' | null;
}

/**
 * Calls a store with our own deadline, because a driver can hang without limit. A call that fails, takes too long or returns
 * a malformed result throws a `RevocationUnavailableException`. A result after the deadline is ignored.
 */
export class StoreClient {
  private sample: ClockSample | null = null;
  /** The kinds of access that fail now. A store can fail to write and still read. */
  private readonly failing = new Set<'read' | 'write'>();

  private readonly writes: StoreWrites;
  /** `null` for a store that answers each query on its own. */
  private readonly shared: SharedLookUps | null;

  constructor(
    private readonly store: RevocationStore,
    private readonly timeout: number,
    private readonly events: RevocationEvents,
    private readonly cache: LookUpCache | null = null,
  ) {
    this.writes = boundedWrites(store);
    // A store that does not extend our class may lack the property.
    const most = (store as Partial<RevocationStore>).lookUpsAtOnce ?? 1;
    this.shared = most > 1 ? new SharedLookUps(most, (questions, askedAt) => this.answer(questions, askedAt)) : null;
  }

  /** Looks a token up in the store. With `mayBeRemembered`, the result can come from the cache. */
  lookUp(query: LookUpQuery, isCacheable: boolean): Awaitable<LookUp> {
    if (!isCacheable || this.cache === null) return this.ask(query);
    return this.cache.lookUp(query, () => this.ask(query));
  }

  private ask(query: LookUpQuery): Awaitable<LookUp> {
    return this.shared === null ? this.readFromStore(query, this.timeout) : this.shared.ask(query);
  }

  /** Answers queries that go to the store together. If the store fails, all of them fail. Never rejects. */
  private async answer(questions: readonly Question[], askedAt: number): Promise<void> {
    const [first] = questions;
    const timeout = this.timeout - (performance.now() - askedAt);
    try {
      if (first !== undefined && questions.length === 1) first.resolve(await this.readFromStore(first.query, timeout));
      else await this.answerMany(questions, timeout);
    } catch (error) {
      const { cause } = error as Error;
      for (const { reject } of questions) reject(new RevocationUnavailableException(undefined, { cause }));
    }
  }

  private async answerMany(questions: readonly Question[], timeout: number): Promise<void> {
    const answers = await this.call(() => this.store.lookUpMany(questions.map(({ query }) => query)), {
      isValid: isListOf(questions.length),
      timeout,
      proves: 'read',
    });
    questions.forEach(({ query, resolve, reject }, index) => {
      const answer = answers[index] as LookUp;
      try {
        resolve(this.accept(answer, isLookUp(answer, query.sid), 'read'));
      } catch (error) {
        reject(error);
      }
    });
  }

  /** The look-up of every request. So it creates no objects that it does not need. */
  private readFromStore(query: LookUpQuery, timeout: number): Awaitable<LookUp> {
    let answer: Awaitable<LookUp>;
    try {
      answer = arrivedAnswer(this.store.lookUp(query), 'lookUp() of the store');
    } catch (error) {
      return this.fail(error, 'read');
    }
    if (!isPromise(answer)) return this.accept(answer, isLookUp(answer, query.sid), 'read');
    const isValid = (late: LookUp) => isLookUp(late, query.sid);
    return this.bounded(answer, { isValid, timeout, proves: 'read' });
  }

  /** Whether the store meets a condition. */
  offers(condition: (store: RevocationStore) => boolean): boolean {
    return condition(this.store);
  }

  /** Reads from the store. The result is a promise only if the store returns one. */
  read<T>(work: (store: RevocationStore) => Awaitable<T>, isValid: (answer: T) => boolean): Awaitable<T> {
    return this.call(() => work(this.store), { isValid, timeout: this.timeout, proves: 'read' });
  }

  /**
   * Writes to the store, with a deadline in the store's clock. The deadline is not after the time at which we give up. If the
   * store reports that the write was too late, the client reads its clock again and tries once more, while there is time.
   */
  async write<T>(
    subject: string,
    work: (store: StoreWrites, deadline: number) => Awaitable<T>,
    answer: WriteAnswer<T>,
  ): Promise<T> {
    try {
      return await this.tryToWrite(work, answer);
    } finally {
      // Also after a failure: the write may have been applied, so the cached look-ups may be wrong.
      this.cache?.remove(subject);
    }
  }

  private async tryToWrite<T>(
    work: (store: StoreWrites, deadline: number) => Awaitable<T>,
    { isValid, isLate }: WriteAnswer<T>,
  ): Promise<T> {
    const giveUpAt = performance.now() + this.timeout;
    for (let attempt = 0; attempt < 2; attempt++) {
      const deadline = await this.storeTimeAt(giveUpAt);
      const timeout = giveUpAt - performance.now();
      const answer = await this.call(() => work(this.writes, deadline), { isValid, timeout, proves: 'write' });
      if (!isLate(answer)) return answer;
      this.sample = null;
    }
    return this.fail(new Error('The store applies writes too late: it is overloaded, or its clock jumps.'), 'write');
  }

  /**
   * Converts a time of our clock to the store's clock. The store read its clock before the reading arrived here. So the
   * store's clock is at or after the converted time, and the store reaches the deadline before we give up.
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
      answer = arrivedAnswer(work(), 'The store');
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
      const end = () => clearTimeout(timer);
      pending.then(end, end);
      pending.then(resolve, reject);
    }).then(
      (answer) => this.accept(answer, call.isValid(answer), call.proves),
      (error: unknown) => this.fail(error, call.proves),
    );
  }

  private accept<T>(answer: T, isValid: boolean, proves: StoreCall<T>['proves']): T {
    if (!isValid) this.fail(new TypeError('The store returned a malformed result.'), proves);
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
