import { InvalidTokenException } from '../errors/exceptions.js';
import type { Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { VerificationKey } from './verification-key.js';

/** Claims that are parsed on first use. The signature of most tokens can be checked without them. */
export interface LazyClaims {
  /** @throws InvalidTokenException if the payload is no JSON object. */
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Chooses the keys that may verify a token, by its header and payload before they are verified. An algorithm that is not
 * accepted, or an unknown key, is an `InvalidTokenException`. Called for every request, so it must be fast. The same key must
 * be the same object every time: the cache of verified tokens compares keys by identity.
 */
export interface KeySource {
  keysFor(
    unverifiedHeader: JoseHeader,
    unverifiedPayload: LazyClaims,
    request?: HttpRequest,
  ): Awaitable<readonly VerificationKey[]>;
}

/** Injects the `KeySource` of all tokens. */
export const KEY_SOURCE = Symbol.for('nestjs-jwt-extended.key-source');

/** The algorithm of a token's header. Refuses the token if the algorithm is not accepted. */
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
