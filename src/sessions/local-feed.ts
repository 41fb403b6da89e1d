import { performance } from 'node:perf_hooks';
import type { RevocationStore } from '../stores/revocation-store.js';
import type { FeedListener } from './change-feed.js';

/** A store in the memory of this process, which reports its changes without a connection. */
export interface LocalStore extends RevocationStore {
  /** Calls the listener with each subject that changed. Returns a function that removes it. */
  onLocalChange(listener: (subject: string) => void): () => void;
}

/** The methods that read and write. A test or a subclass can replace them, and the store then reports less than it should. */
const METHODS = ['lookUp', 'openSession', 'present', 'endSession', 'endSessions', 'deny', 'onLocalChange'] as const;

/** Whether a store is in memory, and not of a class that extends it: such a class can hold its data elsewhere. */
export function isLocalStore(store: RevocationStore): store is LocalStore {
  const prototype = Object.getPrototypeOf(store) as object;
  return METHODS.every((name) => Object.hasOwn(prototype, name) && !Object.hasOwn(store, name));
}

/** The changes of a store in memory. */
export class LocalFeed {
  private readonly methods: readonly unknown[];
  private readonly removals = new Map<FeedListener, () => void>();
  /** Answers from before are not valid. `Infinity`: a method of the store was replaced. */
  private trustedSince = -Infinity;
  private verifiedAt = performance.now();

  constructor(private readonly store: LocalStore) {
    this.methods = methodsOf(store);
  }

  validUntil(requestedAt: number): number {
    return requestedAt >= this.trustedSince ? Infinity : -Infinity;
  }

  listen(listener: FeedListener): () => void {
    this.removals.set(
      listener,
      this.store.onLocalChange((subject) => listener.remove(subject)),
    );
    return () => {
      this.removals.get(listener)?.();
      this.removals.delete(listener);
    };
  }

  /** Notices that the store's methods were replaced, or restored. */
  verify(): void {
    const now = performance.now();
    const isOriginal = methodsOf(this.store).every((method, index) => method === this.methods[index]);
    const wasOriginal = this.trustedSince < Infinity;
    if (!isOriginal) this.trustedSince = Infinity;
    else if (!wasOriginal) this.trustedSince = now;
    if (!isOriginal && wasOriginal) for (const listener of this.removals.keys()) listener.clear(this.verifiedAt);
    this.verifiedAt = now;
  }

  stop(): void {
    for (const remove of this.removals.values()) remove();
    this.removals.clear();
  }
}

function methodsOf(store: LocalStore): unknown[] {
  return METHODS.map((name) => Reflect.get(store, name) as unknown);
}
