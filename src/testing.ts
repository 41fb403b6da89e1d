export { accessLock, type AccessLockOptions } from './testing/access-lock.js';
export { describeRevocationStore } from './testing/revocation-store.suite.js';
export type { StoreUnderTest } from './testing/store-under-test.js';
export type { TestRunner } from './testing/test-runner.js';
