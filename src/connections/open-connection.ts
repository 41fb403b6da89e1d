import type { StoreKeys } from '../tokens/verifying/store-keys.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { DueItem } from './due-heap.js';
import type { LiveConnection } from './live-connection.js';

/** A token, and the connections that it opened. It is due when the store has to be asked about it. */
export class WatchedToken implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
  readonly connections = new Set<OpenConnection>();
  /** When the last question with an answer was sent. `-Infinity`: the answer is out of date, or there is none. */
  askedAt = -Infinity;
  /** When the token was last known to be valid. The guard has checked it before it opened a connection. */
  knownAt: number;
  /** The end of the session as the store knows it, in milliseconds since 1970. */
  endsAt: number | null = null;
  isAsking = false;
  /** Something changed during a question, so its answer may be out of date. */
  hasChanged = false;

  /** Times are milliseconds of `performance.now()`. */
  constructor(
    readonly key: string,
    readonly keys: StoreKeys,
    readonly payload: JwtContext['payload'],
    readonly header: JwtContext['header'],
    /** Whether a revocation ends its connections. */
    readonly isRevocable: boolean,
    /** When its questions are sent within the interval, from 0 to 1. */
    readonly phase: number,
    readonly createdAt: number,
  ) {
    this.knownAt = createdAt;
  }
}

/** A registered connection. It is due when its token expires. There can be thousands, so it has no closures and no timer. */
export class OpenConnection implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
  /** The next connection of the same client. */
  next: OpenConnection | null = null;
  readonly openedAt = Date.now();

  constructor(
    readonly connection: LiveConnection,
    /** The token that keeps it open. `renew()` replaces it. */
    public token: WatchedToken,
  ) {}
}
