import { isObservable, Observable } from 'rxjs';
import type { Observer, OperatorFunction, Subscriber, Subscription } from 'rxjs';
import { OwnLogger } from '../errors/own-logger.js';
import type { RevocationEvent } from '../types/revocation-event.js';
import { OwnRevocations } from './own-revocations.js';

/** The name of the code of a subscriber in the log. */
const SUBSCRIBER = 'A subscriber of RevocationEvents';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the overloads of rxjs have many types
type Operations = OperatorFunction<any, any>[];

/**
 * An Observable whose subscribers can throw. rxjs rethrows their errors in a timer, which ends the process. So this class logs
 * them, also the errors of subscribers behind `pipe()`.
 */
class GuardedObservable<T> extends Observable<T> {
  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext);
    return super.subscribe(guarded(asObserver(observerOrNext, error, complete)));
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in rxjs
  override pipe(...operations: Operations): Observable<any> {
    const result: unknown = (super.pipe as (...args: unknown[]) => unknown).apply(this, operations);
    if (result === this || !isObservable(result)) return result as Observable<unknown>;
    return new GuardedObservable((subscriber) => result.subscribe(subscriber));
  }
}

/** The events of sessions, tokens and the store, as an observable. Inject it and subscribe. The errors of subscribers are logged. */
export class RevocationEvents extends Observable<RevocationEvent> {
  /** @internal */
  readonly own = new OwnRevocations();
  private readonly subscribers = new Set<Subscriber<RevocationEvent>>();
  private readonly logger = new OwnLogger();
  private readonly guarded = new GuardedObservable<RevocationEvent>((subscriber) => {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  });

  /** @internal */
  constructor() {
    super((subscriber) => this.guarded.subscribe(subscriber));
  }

  /** @internal The published type is that of rxjs. */
  override subscribe(...args: Parameters<GuardedObservable<RevocationEvent>['subscribe']>): Subscription {
    return this.guarded.subscribe(...args);
  }

  /** @internal The published type is that of rxjs. */
  override pipe(...operations: Operations): ReturnType<GuardedObservable<RevocationEvent>['pipe']> {
    return this.guarded.pipe(...operations);
  }

  /**
   * Notifies every subscriber. No subscriber can change the event for the next one.
   * @internal
   */
  emit(event: RevocationEvent): void {
    Object.freeze(event);
    for (const subscriber of [...this.subscribers]) this.logger.protect(SUBSCRIBER, () => subscriber.next(event));
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
function guarded<T>(observer: Partial<Observer<T>>): Observer<T> {
  const logger = new OwnLogger();
  const fail = (error: unknown) => {
    throw error;
  };
  return {
    // Without a next function the value can be a promise of an operator, which nothing else handles.
    next: (value) => logger.protect(SUBSCRIBER, () => (observer.next ? observer.next(value) : value)),
    error: (error) => logger.protect(SUBSCRIBER, () => (observer.error ? observer.error(error) : fail(error))),
    complete: () => logger.protect(SUBSCRIBER, () => observer.complete?.()),
  };
}
