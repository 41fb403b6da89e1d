import type { JoseHeader, JwtPayload } from './claims.js';
import type { TokenLocation } from './token-location.js';

/** The token that a request was let in with. */
export interface JwtContext<User = unknown, Payload = JwtPayload> {
  /** The token itself. */
  readonly token: string;
  /** Its JOSE header, frozen. */
  readonly header: JoseHeader;
  /** Its claims, frozen: with the option `claims`, what its schema returned. */
  readonly payload: Payload;
  /**
   * Where the token was found; `'transport'`: where a transport of the option `transports` holds it; `'custom'`: by a function
   * of `tokenLocation`.
   */
  readonly location: TokenLocation | 'transport' | 'custom';
  /** The user that `userLookup` returned; `undefined` without that option. */
  readonly user?: User | undefined;
  /**
   * The value of the identity claim.
   *
   * @default the claim `sub`, where a test leaves it out
   */
  readonly identity?: unknown;
}
