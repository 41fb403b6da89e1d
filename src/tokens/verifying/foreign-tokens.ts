import { ownValue, type JwtPayload } from '../../types/claims.js';

// The set has payload objects, which only the verifier creates. So no claim can change the result.
const foreign = new WeakSet<JwtPayload>();

/** Marks verified claims as those of an identity provider's token. */
export function markForeign(payload: JwtPayload): void {
  foreign.add(payload);
}

/** Whether an identity provider issued the token. Such a token has no session of ours and is refused on refresh routes. */
export function isForeign(payload: JwtPayload): boolean {
  return foreign.has(payload);
}

/** The claim `iss` of an identity provider's token; `null` without it. */
export function issuerOf(payload: JwtPayload): string | null {
  return (ownValue(payload, 'iss') as string | undefined) ?? null;
}
