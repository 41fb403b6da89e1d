import { isObservable, Observable } from 'rxjs';
import type { Observer, OperatorFunction, Subscriber, Subscription, TeardownLogic } from 'rxjs';
import { OwnLogger } from '../errors/own-logger.js';

/** The operators of a pipe. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the overloads of rxjs have many types
export type Operations = OperatorFunction<any, any>[];

/**
 * An Observable whose subscribers can throw. rxjs rethrows their errors in a timer, which ends the process. So this class logs
 * them, also the errors of subscribers behind `pipe()`.
 */
export class GuardedObservable<T> extends Observable<T> {
  /** `owner` is the name of the subscribers in the log. */
  constructor(
    private readonly owner: string,
    onSubscribe: (subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(onSubscribe);
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext);
    return super.subscribe(guarded(asObserver(observerOrNext, error, complete), this.owner));
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in rxjs
  override pipe(...operations: Operations): Observable<any> {
    const result: unknown = (super.pipe as (...args: unknown[]) => unknown).apply(this, operations);
    if (result === this || !isObservable(result)) return result as Observable<unknown>;
    return new GuardedObservable(this.owner, (subscriber) => result.subscribe(subscriber));
  }
}

/**
 * Subscribers that cannot disturb each other: no one can change an event for the next one, and their errors are logged. `owner` is
 * their name in the log.
 */
export class GuardedSubject<T extends object> {
  readonly observable: GuardedObservable<T>;
  private readonly subscribers = new Set<Subscriber<T>>();
  private readonly logger = new OwnLogger();

  constructor(private readonly owner: string) {
    this.observable = new GuardedObservable<T>(owner, (subscriber) => {
      this.subscribers.add(subscriber);
      return () => this.subscribers.delete(subscriber);
    });
  }

  get isObserved(): boolean {
    return this.subscribers.size > 0;
  }

  emit(event: T): void {
    Object.freeze(event);
    for (const subscriber of [...this.subscribers]) this.logger.protect(this.owner, () => subscriber.next(event));
  }
}

/** Whether an operator subscribes, also one of another copy of rxjs. It passes errors on to the next subscriber. */
function isSubscriber<T>(observer: unknown): observer is Subscriber<T> {
  const { add, next, error, complete, unsubscribe } = (observer ?? {}) as Partial<Subscriber<T>>;
  return [add, next, error, complete, unsubscribe].every((method) => typeof method === 'function');
}

function asObserver<T>(
  observerOrNext: Partial<Observer<T>> | ((value: T) => void) | null | undefined,
  error: ((error: unknown) => void) | null | undefined,
  complete: (() => void) | null | undefined,
): Partial<Observer<T>> {
  if (typeof observerOrNext === 'object' && observerOrNext !== null) return observerOrNext;
  return { next: observerOrNext ?? undefined, error: error ?? undefined, complete: complete ?? undefined };
}

/** The observer whose functions do not throw. A method is called on its own object. */
function guarded<T>(observer: Partial<Observer<T>>, owner: string): Observer<T> {
  const logger = new OwnLogger();
  const fail = (error: unknown) => {
    throw error;
  };
  return {
    // Without a next function the value can be a promise of an operator, which nothing else handles.
    next: (value) => logger.protect(owner, () => (observer.next ? observer.next(value) : value)),
    error: (error) => logger.protect(owner, () => (observer.error ? observer.error(error) : fail(error))),
    complete: () => logger.protect(owner, () => observer.complete?.()),
  };
}
