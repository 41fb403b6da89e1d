import type { VerificationKey } from '../keys/verification-key.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';

/** A token whose signature and claims hold, deeply frozen. */
export interface VerifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims, with the defaults for `type`, `fresh` and `jti`. */
  readonly payload: JwtPayload;
}

/**
 * A token that a key has signed, and what it says: for ever the same, so that it may be remembered. Whether it holds at
 * this moment is asked with each request. Never handed out, for it leads to the key.
 */
export class SignedToken implements VerifiedToken {
  constructor(
    readonly rawToken: string,
    readonly header: JoseHeader,
    /** As the token has them. */
    readonly claims: Readonly<Record<string, unknown>>,
    readonly payload: JwtPayload,
    readonly signer: VerificationKey,
  ) {}
}
