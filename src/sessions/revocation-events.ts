import { Observable } from 'rxjs';
import type { Subscription } from 'rxjs';
import { GuardedSubject, type GuardedObservable, type Operations } from '../events/guarded-subject.js';
import type { RevocationEvent } from '../types/revocation-event.js';
import { OwnRevocations } from './own-revocations.js';

/** The name of the code of a subscriber in the log. */
const SUBSCRIBER = 'A subscriber of RevocationEvents';

/** The events of sessions, tokens and the store, as an observable. Inject it and subscribe. The errors of subscribers are logged. */
export class RevocationEvents extends Observable<RevocationEvent> {
  /** @internal */
  readonly own = new OwnRevocations();
  private readonly subject = new GuardedSubject<RevocationEvent>(SUBSCRIBER);

  /** @internal */
  constructor() {
    super((subscriber) => this.subject.observable.subscribe(subscriber));
  }

  /** @internal The published type is that of rxjs. */
  override subscribe(...args: Parameters<GuardedObservable<RevocationEvent>['subscribe']>): Subscription {
    return this.subject.observable.subscribe(...args);
  }

  /** @internal The published type is that of rxjs. */
  override pipe(...operations: Operations): ReturnType<GuardedObservable<RevocationEvent>['pipe']> {
    return this.subject.observable.pipe(...operations);
  }

  /**
   * Notifies every subscriber. No subscriber can change the event for the next one.
   * @internal
   */
  emit(event: RevocationEvent): void {
    this.subject.emit(event);
  }
}
