import { Observable, Subject } from 'rxjs';
import type { RevocationEvent } from '../types/revocation-event.js';

/** The events of sessions, tokens and the store, as an observable. Inject it and subscribe. */
export class RevocationEvents extends Observable<RevocationEvent> {
  private readonly subject: Subject<RevocationEvent>;

  /** @internal */
  constructor() {
    const subject = new Subject<RevocationEvent>();
    super((subscriber) => subject.subscribe(subscriber));
    this.subject = subject;
  }

  /**
   * Notifies every subscriber.
   * @internal
   */
  emit(event: RevocationEvent): void {
    this.subject.next(event);
  }
}
