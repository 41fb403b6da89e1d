import { performance } from 'node:perf_hooks';
import { RevocationUnavailableException, RevokedTokenException } from '../errors/exceptions.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import type { Settings } from '../options/settings.js';
import type { RevocationCheck } from '../sessions/revocation-check.js';
import { LocalFeed } from '../sessions/local-feed.js';
import type { SharedFeed } from '../sessions/shared-feed.js';
import type { Standing } from '../sessions/token-revocation.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import { textOfThrown } from '../types/thrown-value.js';
import { DueHeap } from './due-heap.js';
import type { WatchedToken } from './open-connection.js';

/** After so many failures in a row, the store counts as down. Then few questions are sent until it answers. */
const FAILURES_OF_OUTAGE = 8;

/** The longest time between two of these questions, in milliseconds. */
const LONGEST_PROBE_PAUSE = 1_000;

/** The time between two runs, in milliseconds: at most this part of the interval. */
const RUN_PART = 1 / 50;
const LONGEST_PAUSE = 20;

/** How soon the store is asked again if it still has a session after its end, in milliseconds. */
const AFTER_THE_END = 1_000;

/** Ends all connections of a token. */
type End = (token: WatchedToken, error: JwtExtendedException) => void;

/**
 * Asks the store and `isTokenRevoked` about the tokens of open connections. Each token has its own time in the interval, so the
 * questions are spread evenly. While the feed of the store works, the store is asked only after a change.
 */
export class Rechecks {
  private readonly due = new DueHeap<WatchedToken>();
  private readonly usesCallback: boolean;
  private readonly logger = new OwnLogger();
  private failures = 0;
  private probeAt = -Infinity;

  constructor(
    private readonly settings: Settings,
    private readonly check: RevocationCheck,
    private readonly feed: SharedFeed | LocalFeed | null,
    private readonly end: End,
    /** Sets the timer for `wait`. */
    private readonly arm: () => void,
  ) {
    this.usesCallback = settings.callbacks.isTokenRevoked !== undefined;
  }

  /** The milliseconds until the next question. `Infinity` if none is due. */
  get wait(): number {
    if (this.due.size === 0) return Infinity;
    const { recheck } = this.settings.connections;
    const wait = Math.max(Math.min(LONGEST_PAUSE, recheck * RUN_PART), this.due.nextAt - performance.now());
    return this.feed instanceof LocalFeed ? Math.min(wait, recheck) : wait;
  }

  /** Begins with a token, or goes on after a change of its state. */
  schedule(token: WatchedToken): void {
    if (!token.isRevocable || token.size === 0) return;
    this.due.put(token, this.nextTimeOf(token, performance.now()));
    this.arm();
  }

  remove(token: WatchedToken): void {
    this.due.remove(token);
  }

  /** Asks about the tokens that are due. */
  run(): void {
    if (this.feed instanceof LocalFeed) this.feed.verify();
    const now = performance.now();
    for (let token = this.due.takeDue(now); token !== null; token = this.due.takeDue(now)) {
      if (token.isAsking) this.stayUnknown(token);
      else this.ask(token);
    }
  }

  /** This process made a change. */
  askNow(token: WatchedToken): void {
    if (!token.isRevocable) return;
    this.outdate(token, this.isVouchedFor(token) ? performance.now() : -Infinity);
    if (!token.isAsking) this.ask(token);
  }

  /** The feed reported a change. One write can cause several reports, so the question waits for all of them. */
  askSoon(token: WatchedToken): void {
    if (!token.isRevocable) return;
    this.outdate(token, performance.now());
    if (token.isAsking) return;
    this.due.put(token, performance.now());
    this.arm();
  }

  /** The feed may have missed changes after `heardAt`. Asks about the token when its turn comes. */
  distrust(token: WatchedToken, heardAt: number): void {
    this.outdate(token, token.askedAt > -Infinity ? heardAt : -Infinity);
    this.schedule(token);
  }

  /** The last answer is out of date. The token was valid at `knownAt`. */
  private outdate(token: WatchedToken, knownAt: number): void {
    token.knownAt = Math.max(token.knownAt, knownAt);
    token.askedAt = -Infinity;
    token.hasChanged = true;
  }

  private ask(token: WatchedToken): void {
    const askedAt = performance.now();
    if (this.isVouchedFor(token)) token.knownAt = askedAt;
    if (this.isDown(askedAt)) return this.stayUnknown(token);
    token.isAsking = true;
    token.hasChanged = false;
    let standing: Awaitable<Standing>;
    try {
      standing = this.check.standingOf(token, token.keys);
    } catch (error) {
      return this.fail(token, error);
    }
    if (!isPromise(standing)) return this.accept(token, standing, askedAt);
    this.schedule(token);
    Promise.resolve(standing).then(
      (late) => this.accept(token, late, askedAt),
      (error: unknown) => this.fail(token, error),
    );
  }

  private accept(token: WatchedToken, { isRevoked, endsAt }: Standing, askedAt: number): void {
    this.failures = 0;
    token.isAsking = false;
    token.knownAt = Math.max(token.knownAt, askedAt);
    token.endsAt = endsAt;
    if (token.size === 0) return;
    if (isRevoked) return this.end(token, new RevokedTokenException(undefined, token));
    if (!token.hasChanged) token.askedAt = askedAt;
    this.schedule(token);
    if (token.hasChanged) this.ask(token);
  }

  /** The store reports its own failures as events. Those of `isTokenRevoked` are logged once, until an answer arrives. */
  private fail(token: WatchedToken, error: unknown): void {
    if (this.failures === 0 && !(error instanceof RevocationUnavailableException)) {
      this.logger.error(`isTokenRevoked failed for an open connection: ${textOfThrown(error)}`);
    }
    this.failures++;
    token.isAsking = false;
    token.askedAt = -Infinity;
    if (token.size > 0) this.stayUnknown(token);
  }

  /** While the store is down, lets one question pass from time to time. */
  private isDown(now: number): boolean {
    if (this.failures < FAILURES_OF_OUTAGE) return false;
    if (now < this.probeAt) return true;
    this.probeAt = now + Math.min(LONGEST_PROBE_PAUSE, this.settings.connections.recheck);
    return false;
  }

  private stayUnknown(token: WatchedToken): void {
    if (!this.endIfUnknown(token)) this.schedule(token);
  }

  private endIfUnknown(token: WatchedToken): boolean {
    if (performance.now() - token.knownAt < this.settings.connections.maxUnknown) return false;
    this.end(token, new RevocationUnavailableException(undefined, token));
    return true;
  }

  private nextTimeOf(token: WatchedToken, now: number): number {
    const { recheck, maxUnknown } = this.settings.connections;
    if (token.isAsking) return token.knownAt + maxUnknown;
    const turn = this.isVouchedFor(token) ? Infinity : nextTurn(token.phase, recheck, now);
    const unknown = token.askedAt > -Infinity ? Infinity : Math.max(now, token.knownAt + maxUnknown);
    return Math.min(turn, unknown, this.sessionEndOf(token, now));
  }

  private sessionEndOf({ endsAt }: WatchedToken, now: number): number {
    if (endsAt === null) return Infinity;
    const remaining = endsAt + this.settings.leeway * 1000 - Date.now();
    return now + (remaining > 0 ? remaining : AFTER_THE_END);
  }

  /** Whether the feed would have reported every change since the last answer. */
  private isVouchedFor(token: WatchedToken): boolean {
    if (this.feed === null || this.usesCallback || token.askedAt === -Infinity) return false;
    return this.feed.validUntil(token.askedAt) > performance.now();
  }
}

/** The first time after `now` at which a phase of the interval begins. */
function nextTurn(phase: number, interval: number, now: number): number {
  const offset = phase * interval;
  return (Math.floor((now - offset) / interval) + 1) * interval + offset;
}
