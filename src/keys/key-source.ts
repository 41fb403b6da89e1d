import { InvalidTokenException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { VerificationKey } from './verification-key.js';

/**
 * Chooses the keys a token may have been signed with, by what it says before it is verified. An algorithm that is not
 * taken, or a key that is not known, is an `InvalidTokenException`. Asked for every request, so it has to be cheap; the
 * same key has to be the same object every time.
 */
export interface KeySource {
  keysFor(
    unverifiedHeader: JoseHeader,
    unverifiedPayload: Readonly<Record<string, unknown>>,
    request?: HttpRequest,
  ): Awaitable<readonly VerificationKey[]>;
}

/** Injects what chooses the keys of tokens. */
export const KEY_SOURCE = Symbol.for('nestjs-jwt-extended.key-source');

/** The algorithm a token names, if it is one of these. */
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
