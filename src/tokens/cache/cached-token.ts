import type { JwtPayload } from '../../types/claims.js';
import { validTimeOf, type ValidTime } from '../verifying/claims.js';
import type { StoreKeys } from '../verifying/store-keys.js';
import { SignedToken } from '../verified-token.js';

/** The partition of a token in the cache. Expired tokens have their own partition. */
export type CachePart = 'current' | 'expired';

/** A token in the cache. It is one object, because there can be thousands. */
export class CachedToken extends SignedToken implements ValidTime {
  readonly validFrom: number;
  readonly expiresAt: number | null;
  /** The keys of the token in the store, computed on the first look-up. */
  storeKeys: StoreKeys | null = null;
  /** What the schema of the option `claims` has returned, if every request can have the same object. */
  checkedClaims: JwtPayload | null = null;
  /** The index of the token in its partition. */
  index = 0;
  /** The token was found since the partition last considered to remove it. */
  wasUsed = false;

  constructor(
    { rawToken, header, claims, payload, signer }: SignedToken,
    readonly part: CachePart,
    /** The memory that the token takes at most, in bytes. */
    readonly bytes: number,
  ) {
    // Copies the string. The one of the request is a slice of a header, and would hold the whole header in memory.
    super(Buffer.from(rawToken, 'latin1').toString('latin1'), header, claims, payload, signer);
    const { validFrom, expiresAt } = validTimeOf(claims);
    this.validFrom = validFrom;
    this.expiresAt = expiresAt;
  }
}
