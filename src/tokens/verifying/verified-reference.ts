import { signedPayloadOf, verifiedHeaderOf } from '../../types/verified-payload.js';
import type { JwtPayload } from '../../types/claims.js';
import type { VerifiedToken } from '../verified-token.js';
import { memberOf } from '../../types/members.js';

/**
 * The token of a verified payload, or of an object with one: a `JwtContext` or a `VerifiedToken`.
 *
 * @throws TypeError if this process did not verify the payload.
 */
export function verifiedTokenOf(reference: unknown): VerifiedToken {
  return findVerifiedToken(reference) ?? refuseReference();
}

/** The same token; `null` if the value is no reference to one. */
export function findVerifiedToken(reference: unknown): VerifiedToken | null {
  return tokenOfPayload(reference) ?? tokenOfPayload(payloadIn(reference));
}

/** Refuses a value that names no token; the message says what to pass. */
export function refuseReference(): never {
  throw new TypeError(
    'This is no reference to a token that this process verified. Pass the token itself, the payload from @Jwt(), the ' +
      'context from getJwtContext() or the result of TokenService.verify(), and no copy of them. For the option ' +
      '"session" also a sid.',
  );
}

function tokenOfPayload(payload: unknown): VerifiedToken | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const header = verifiedHeaderOf(payload);
  return header === undefined ? null : { header, payload: signedPayloadOf(payload as JwtPayload) };
}

/** A token's own claim of the name `payload` does not count, since the token's payload is found before. */
function payloadIn(reference: unknown): unknown {
  return typeof reference === 'object' && reference !== null ? memberOf(reference, 'payload') : undefined;
}
