import { Observable, Subject } from 'rxjs';
import type { RevocationEvent } from '../types/revocation-event.js';

/** What happens to sessions and tokens, as an observable: inject it and subscribe. */
export class RevocationEvents extends Observable<RevocationEvent> {
  private readonly subject: Subject<RevocationEvent>;

  constructor() {
    const subject = new Subject<RevocationEvent>();
    super((subscriber) => subject.subscribe(subscriber));
    this.subject = subject;
  }

  /** Tells every subscriber. */
  emit(event: RevocationEvent): void {
    this.subject.next(event);
  }
}
