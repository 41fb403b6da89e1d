import type { StoreKeys } from '../tokens/verifying/store-keys.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { DueItem } from './due-heap.js';
import type { LiveConnection } from './live-connection.js';

/**
 * A token, and the connections that it opened. It is due when the store has to be asked about it. Lists are linked, because a
 * `Set` with one element takes 200 bytes, and most tokens have one connection.
 */
export class WatchedToken implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
  /** The next token of the same subject. */
  next: WatchedToken | null = null;
  /** When the last question with an answer was sent. `-Infinity`: the answer is out of date, or there is none. */
  askedAt = -Infinity;
  /** When the token was last known to be valid. The guard has checked it before it opened a connection. */
  knownAt: number;
  /** The end of the session as the store knows it, in milliseconds since 1970. */
  endsAt: number | null = null;
  isAsking = false;
  /** Something changed during a question, so its answer may be out of date. */
  hasChanged = false;
  /** How many connections the token has. */
  size = 0;
  private first: OpenConnection | null = null;

  /** Times are milliseconds of `performance.now()`. */
  constructor(
    readonly keys: StoreKeys,
    readonly payload: JwtContext['payload'],
    readonly header: JwtContext['header'],
    /** The token itself, if it has no `jti`. */
    readonly text: string | null,
    /** Whether a revocation ends its connections. */
    readonly isRevocable: boolean,
    /** When its questions are sent within the interval, from 0 to 1. */
    readonly phase: number,
    readonly createdAt: number,
  ) {
    this.knownAt = createdAt;
  }

  /** The connections, also if some are removed meanwhile. */
  get connections(): OpenConnection[] {
    const found: OpenConnection[] = [];
    for (let open = this.first; open !== null; open = open.nextOfToken) found.push(open);
    return found;
  }

  add(open: OpenConnection): void {
    this.size++;
    open.previousOfToken = null;
    open.nextOfToken = this.first;
    if (this.first !== null) this.first.previousOfToken = open;
    this.first = open;
  }

  delete(open: OpenConnection): void {
    const { previousOfToken, nextOfToken } = open;
    this.size--;
    if (nextOfToken !== null) nextOfToken.previousOfToken = previousOfToken;
    if (previousOfToken === null) this.first = nextOfToken;
    else previousOfToken.nextOfToken = nextOfToken;
    open.previousOfToken = null;
    open.nextOfToken = null;
  }
}

/** A registered connection. It is due when its token expires. There can be thousands, so it has no closures and no timer. */
export class OpenConnection implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
  isOpen = true;
  /** The next connection of the same client. */
  nextOfClient: OpenConnection | null = null;
  nextOfToken: OpenConnection | null = null;
  previousOfToken: OpenConnection | null = null;
  readonly openedAt = Date.now();

  constructor(
    readonly connection: LiveConnection,
    /** The token that keeps it open. `renew()` replaces it. */
    public token: WatchedToken,
  ) {}
}
