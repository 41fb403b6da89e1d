import type { RevocationStore } from '../stores/revocation-store.js';

/** A store to run the suite on. */
export interface StoreUnderTest {
  /** The store; each test uses subjects of its own in it. */
  readonly store: RevocationStore;
  /** Called after each test. */
  close?(): Promise<void> | void;
  /** Moves the store's clock on by so many milliseconds; without it the suite waits for real time to pass. */
  advanceClock?(ms: number): Promise<void> | void;
}
