import type { RevocationStore } from '../stores/revocation-store.js';

/** A store for the suite. */
export interface StoreUnderTest {
  /** The store. Each test uses its own subjects in it. */
  readonly store: RevocationStore;
  /** Called after each test. */
  close?(): Promise<void> | void;
  /** Advances the store's clock by a number of milliseconds. Without this method the suite waits for real time. */
  advanceClock?(ms: number): Promise<void> | void;
}
