import type { JwtPayload } from '../types/claims.js';
import type { RefreshRepeatEvent } from '../types/revocation-event.js';
import type { RevocationEvents } from './revocation-events.js';

/**
 * Emits one event for each request that presents a replaced refresh token within the grace. On a refresh route the guard and
 * the rotation both find the repeat, so the rotation skips a repeat that the guard has reported.
 */
export class RepeatReports {
  private readonly requests = new WeakSet<object>();
  /** How many reports of the guard no rotation has followed yet. Requests with one token share the payload in the cache. */
  private readonly counts = new WeakMap<JwtPayload, number>();

  constructor(private readonly events: RevocationEvents) {}

  /** The guard has accepted the token. */
  reportCheck(event: RefreshRepeatEvent, payload: JwtPayload): void {
    const { request } = event;
    if (request !== undefined) {
      if (this.requests.has(request)) return;
      this.requests.add(request);
      this.counts.set(payload, this.countOf(payload) + 1);
    }
    this.events.emit(event);
  }

  /** The caller gets the successor. */
  reportRotation(event: RefreshRepeatEvent, payload: JwtPayload): void {
    const { request } = event;
    const count = this.countOf(payload);
    const isReported = request === undefined ? count > 0 : this.requests.delete(request);
    if (isReported) this.counts.set(payload, Math.max(0, count - 1));
    else this.events.emit(event);
  }

  private countOf(payload: JwtPayload): number {
    return this.counts.get(payload) ?? 0;
  }
}
