import { performance } from 'node:perf_hooks';
import { after, type Awaitable } from '../types/awaitable.js';
import type { LookUp, LookUpQuery } from '../stores/revocation-store.js';

/** Says until when what was read may be believed. Milliseconds of `performance.now()`. */
export interface Freshness {
  /** Until when an answer that was asked for at this time counts. */
  goodUntil(askedAt: number): number;
}

/** An answer, and when it was asked for. */
interface Entry {
  readonly answer: LookUp;
  readonly askedAt: number;
  readonly subject: string;
}

/** A question on its way to the store. */
interface Load {
  /** Something about the subject changed meanwhile: the answer may be older than the change. */
  outdated: boolean;
}

/** The answers of a store to look-ups of late: bounded in number and in time. */
export class LookUpCache {
  private readonly entries = new Map<string, Entry>();
  private readonly keysBySubject = new Map<string, Set<string>>();
  private readonly loads = new Map<string, Set<Load>>();

  constructor(
    private readonly freshness: Freshness,
    private readonly maxEntries: number,
  ) {}

  /** The answer that is remembered, while it counts; else the store's. */
  lookUp(query: LookUpQuery, ask: () => Awaitable<LookUp>): Awaitable<LookUp> {
    const key = `${query.subject} ${query.sid ?? ''} ${query.jti ?? ''}`;
    const entry = this.entries.get(key);
    const now = performance.now();
    if (entry !== undefined && this.freshness.goodUntil(entry.askedAt) > now) {
      this.touch(key, entry);
      return entry.answer;
    }
    return this.load(query.subject, key, now, ask);
  }

  /** Forgets what is known of a subject, and what is being asked. */
  forget(subject: string): void {
    for (const load of this.loads.get(subject) ?? []) load.outdated = true;
    for (const key of this.keysBySubject.get(subject) ?? []) this.entries.delete(key);
    this.keysBySubject.delete(subject);
  }

  /** Forgets everything. */
  clear(): void {
    for (const loads of this.loads.values()) for (const load of loads) load.outdated = true;
    this.entries.clear();
    this.keysBySubject.clear();
  }

  private load(subject: string, key: string, askedAt: number, ask: () => Awaitable<LookUp>): Awaitable<LookUp> {
    const load: Load = { outdated: false };
    const loads = this.loads.get(subject) ?? new Set();
    this.loads.set(subject, loads.add(load));
    const done = (): void => {
      loads.delete(load);
      if (loads.size === 0 && this.loads.get(subject) === loads) this.loads.delete(subject);
    };
    try {
      const answer = after(ask(), (found) => {
        if (!load.outdated) this.put(key, { answer: found, askedAt, subject });
        done();
        return found;
      });
      if (answer instanceof Promise) answer.catch(done);
      return answer;
    } catch (error) {
      done();
      throw error;
    }
  }

  private put(key: string, entry: Entry): void {
    this.touch(key, entry);
    const keys = this.keysBySubject.get(entry.subject) ?? new Set();
    this.keysBySubject.set(entry.subject, keys.add(key));
    if (this.entries.size > this.maxEntries) this.drop();
  }

  /** To the end of the order: what is at its beginning was not used for longest. */
  private touch(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
  }

  private drop(): void {
    for (const [key, { subject }] of this.entries) {
      this.entries.delete(key);
      const keys = this.keysBySubject.get(subject);
      keys?.delete(key);
      if (keys?.size === 0) this.keysBySubject.delete(subject);
      return;
    }
  }
}

/** What was asked for less than a given time ago. */
export class BoundedStaleness implements Freshness {
  constructor(private readonly staleness: number) {}

  goodUntil(askedAt: number): number {
    return askedAt + this.staleness;
  }
}
