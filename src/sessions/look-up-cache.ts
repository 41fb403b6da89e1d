import { performance } from 'node:perf_hooks';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import type { LookUp, LookUpQuery } from '../stores/revocation-store.js';

/** The validity of cached look-ups. Times are milliseconds of `performance.now()`. */
export interface Freshness {
  /** The end of the validity of a look-up that started at `askedAt`. */
  validUntil(requestedAt: number): number;
}

/** A look-up in the cache. */
interface Entry {
  readonly answer: LookUp;
  readonly requestedAt: number;
  /** When the session ends by time, which no store reports. The entry is not used after it. */
  readonly endsAt: number;
  readonly subject: string;
}

/** A pending look-up. */
interface Load {
  /** The subject changed during the look-up, so the result may be older than the change. */
  outdated: boolean;
}

/** A cache of the store's look-ups, with a limited number of entries and a limited validity. */
export class LookUpCache {
  private readonly entries = new Map<string, Entry>();
  private readonly keysBySubject = new Map<string, Set<string>>();
  private readonly loads = new Map<string, Set<Load>>();

  constructor(
    private readonly freshness: Freshness,
    private readonly maxEntries: number,
  ) {}

  /** The cached look-up while it is valid, otherwise the result of `ask`. */
  lookUp(query: LookUpQuery, read: () => Awaitable<LookUp>): Awaitable<LookUp> {
    const key = `${query.subject} ${query.sid ?? ''} ${query.jti ?? ''}`;
    const entry = this.entries.get(key);
    const now = performance.now();
    if (entry !== undefined && entry.endsAt > now && this.freshness.validUntil(entry.requestedAt) > now) {
      this.touch(key, entry);
      return entry.answer;
    }
    return this.load(query.subject, key, now, read);
  }

  /** Deletes the entries of a subject, and does not store its pending look-ups. */
  remove(subject: string): void {
    for (const load of this.loads.get(subject) ?? []) load.outdated = true;
    for (const key of this.keysBySubject.get(subject) ?? []) this.entries.delete(key);
    this.keysBySubject.delete(subject);
  }

  /** Deletes all entries, and does not store pending look-ups. */
  clear(): void {
    for (const loads of this.loads.values()) for (const load of loads) load.outdated = true;
    this.entries.clear();
    this.keysBySubject.clear();
  }

  private load(subject: string, key: string, requestedAt: number, read: () => Awaitable<LookUp>): Awaitable<LookUp> {
    const load: Load = { outdated: false };
    const loads = this.loads.get(subject) ?? new Set();
    this.loads.set(subject, loads.add(load));
    const done = (): void => {
      loads.delete(load);
      if (loads.size === 0 && this.loads.get(subject) === loads) this.loads.delete(subject);
    };
    try {
      const answer = after(read(), (found) => {
        if (!load.outdated) this.put(key, { answer: found, requestedAt, endsAt: endOf(found), subject });
        done();
        return found;
      });
      if (isPromise(answer)) answer.then(undefined, done);
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

  /** Moves an entry to the end of the order. The first entry is the least recently used. */
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

/** The end of the session by our clock. The store decides by its own clock whether the session has ended. */
function endOf({ session }: LookUp): number {
  const expiresAt = session?.expiresAt ?? null;
  return expiresAt === null ? Infinity : performance.now() + expiresAt - Date.now();
}

/** Look-ups are valid for a fixed time. */
export class BoundedStaleness implements Freshness {
  constructor(private readonly staleness: number) {}

  validUntil(requestedAt: number): number {
    return requestedAt + this.staleness;
  }
}
