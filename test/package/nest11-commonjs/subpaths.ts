// For tsc: the types of each subpath resolve here, too.
export { accessLock, describeRevocationStore, jwtTesting, overrideJwt } from 'nestjs-jwt-extended/testing';
export { documentJwt, type OpenApiDocument } from 'nestjs-jwt-extended/swagger';
export { RevocationStore, type LookUp } from 'nestjs-jwt-extended/store';
export { SqlRevocationStore, type SqlQuery } from 'nestjs-jwt-extended/sql';
export { JwtAuthModule, type JwtAuthOptions } from 'nestjs-jwt-extended/auth';
export { withToken, type TokenClient } from 'nestjs-jwt-extended/microservices';
export { jwtTracker } from 'nestjs-jwt-extended/throttler';
export { JwtHealthIndicator, type JwtHealthResult } from 'nestjs-jwt-extended/terminus';
export { jwtEnv, type JwtEnvName } from 'nestjs-jwt-extended/config';
export { jwtRedact, type JwtRedaction } from 'nestjs-jwt-extended/pino';
