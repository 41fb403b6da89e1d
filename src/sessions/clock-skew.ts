import type { Settings } from '../options/settings.js';
import { ownValue, type JwtPayload } from '../types/claims.js';

/** How far clocks may differ, in milliseconds. */
export function clockSkewOf({ revocation }: Settings): number {
  return revocation?.clockSkew ?? 0;
}

/**
 * The earliest time, by the store's clock, at which a token can have been issued: whole seconds since 1970. The clock of its
 * issuer can be ahead of the store's. A token without `iat` can be of any age.
 */
export function earliestIssue(payload: JwtPayload, clockSkew: number): number {
  const issuedAt = ownValue(payload, 'iat');
  return typeof issuedAt === 'number' ? Math.floor(Math.trunc(issuedAt) - clockSkew / 1000) : -Infinity;
}
