import { Observable, type Subscription } from 'rxjs';
import { GuardedSubject, type GuardedObservable, type Operations } from './guarded-subject.js';
import type { JwtEvent, JwtEventOf } from './jwt-event.js';

/**
 * The events of tokens and connections in this process: for a log of security, for counters and alarms. Inject it, and call `on()`
 * or subscribe to it as an Observable. An error of a listener is logged, and changes no response.
 *
 * @example
 * constructor(events: JwtEvents) {
 *   events.on('reused', ({ identity }) => this.mails.warn(identity));
 * }
 */
export class JwtEvents extends Observable<JwtEvent> {
  private readonly subject = new GuardedSubject<JwtEvent>('A listener of JwtEvents');

  /** @internal */
  constructor() {
    super((subscriber) => this.subject.observable.subscribe(subscriber));
  }

  /**
   * Calls a function for each event of one type, and does not wait for its promise.
   *
   * @returns a function that removes the listener
   */
  on<Type extends JwtEvent['type']>(type: Type, listener: (event: JwtEventOf<Type>) => unknown): () => void {
    const subscription = this.subscribe((event) =>
      event.type === type ? listener(event as JwtEventOf<Type>) : undefined,
    );
    return () => subscription.unsubscribe();
  }

  /** @internal The published type is that of rxjs. */
  override subscribe(...args: Parameters<GuardedObservable<JwtEvent>['subscribe']>): Subscription {
    return this.subject.observable.subscribe(...args);
  }

  /** @internal The published type is that of rxjs. */
  override pipe(...operations: Operations): ReturnType<GuardedObservable<JwtEvent>['pipe']> {
    return this.subject.observable.pipe(...operations);
  }

  /** @internal Whether there is a listener. Without one, no event is created. */
  get isObserved(): boolean {
    return this.subject.isObserved;
  }

  /** @internal */
  emit(event: JwtEvent): void {
    this.subject.emit(event);
  }
}
