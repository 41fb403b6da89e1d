import { InvalidTokenException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { VerificationKey } from './verification-key.js';

/**
 * Chooses the keys for the verification of a token, by its unverified header and claims. An algorithm that is not accepted,
 * or an unknown key, throws an `InvalidTokenException`. It is called on each request, so it must be fast. It must return the
 * same object for the same key, because the cache compares key objects.
 */
export interface KeySource {
  keysFor(
    unverifiedHeader: JoseHeader,
    unverifiedPayload: Readonly<Record<string, unknown>>,
    request?: HttpRequest,
  ): Awaitable<readonly VerificationKey[]>;
}

/** Injects the `KeySource`. */
export const KEY_SOURCE = Symbol.for('nestjs-jwt-extended.key-source');

/** The algorithm in the header, if it is accepted. */
export function acceptedAlgorithm(header: JoseHeader, accepted: { has(algorithm: string): boolean }): string {
  const algorithm = ownValue(header, 'alg');
  if (algorithm === undefined) throw new InvalidTokenException('Algorithm not specified');
  if (typeof algorithm !== 'string' || !accepted.has(algorithm)) throw algorithmNotAllowed();
  return algorithm;
}

export function algorithmNotAllowed(): InvalidTokenException {
  return new InvalidTokenException('The specified alg value is not allowed');
}

export function noKey(): InvalidTokenException {
  return new InvalidTokenException('No key for this token');
}
