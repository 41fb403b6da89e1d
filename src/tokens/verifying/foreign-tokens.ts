import type { JwtPayload } from '../../types/claims.js';

// By the object, as only a verification makes one: no claim can say so, or deny it.
const foreign = new WeakSet<JwtPayload>();

/** Remembers that verified claims are those of an identity provider's token. */
export function markForeign(payload: JwtPayload): void {
  foreign.add(payload);
}

/** Whether a token is an identity provider's: it has none of our sessions, and opens no refresh route. */
export function isForeign(payload: JwtPayload): boolean {
  return foreign.has(payload);
}
