export { accessLock, type AccessLockOptions } from './testing/access-lock.js';
export { describeProtection, type ProtectionCall, type ProtectionOptions } from './testing/describe-protection.js';
export type { BadToken } from './testing/bad-tokens.js';
export { jwtTesting, type JwtTesting, type TestLogIn, type TestLogInOptions } from './testing/jwt-testing.js';
export { overrideJwt, type OverridableBuilder, type OverridingContext } from './testing/override-jwt.js';
export { describeRevocationStore } from './testing/revocation-store.suite.js';
export type { StoreUnderTest } from './testing/store-under-test.js';
export type { TestRunner } from './testing/test-runner.js';
export type { TestToken } from './testing/test-tokens.js';
