import type { VerificationKey } from '../keys/verification-key.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';

/** A token with a valid signature and valid claims, deeply frozen. */
export interface VerifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims, with the defaults for `type`, `fresh` and `jti`. */
  readonly payload: JwtPayload;
}

/**
 * A token with a valid signature. Its content never changes, so it can be cached. The time and the other checks are made on
 * each request. It refers to the key, so it must never reach the application.
 * @internal
 */
export class SignedToken implements VerifiedToken {
  constructor(
    readonly rawToken: string,
    readonly header: JoseHeader,
    /** The claims without the defaults. */
    readonly claims: Readonly<Record<string, unknown>>,
    readonly payload: JwtPayload,
    readonly signer: VerificationKey,
  ) {}
}
