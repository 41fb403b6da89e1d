export { jwtRedact, type JwtRedaction, type JwtRedactOptions } from './jwt-redact.js';
