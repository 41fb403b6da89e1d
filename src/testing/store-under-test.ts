import type { RevocationStore } from '../stores/revocation-store.js';

/** A store for the suite. */
export interface StoreUnderTest {
  /** The store. Each test uses subjects of its own. */
  readonly store: RevocationStore;
  /** A second instance with the same data and connections of its own, like that of another process. By default `store`. */
  readonly peer?: RevocationStore | undefined;
  /** Called after each test. */
  close?(): Promise<void> | void;
  /** Advances the store's clock by so many milliseconds. Without it, the suite waits for real time. */
  advanceClock?(ms: number): Promise<void> | void;
}
