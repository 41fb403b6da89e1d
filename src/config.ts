export { jwtEnv } from './jwt-env.js';
export type { JwtEnv, JwtEnvIssue, JwtEnvResult, JwtEnvSettings } from './options/env-schema.js';
export type { JwtEnvKind, JwtEnvName } from './options/env-variables.js';
