import { validTimeOf, type ValidTime } from '../verifying/claims.js';
import type { StoreKeys } from '../verifying/store-keys.js';
import { SignedToken } from '../verified-token.js';

/** Which part of the cache a token is in: those whose time is over have one of their own. */
export type CachePart = 'current' | 'expired';

/** A token as the cache has it: one object, since there may be thousands. */
export class CachedToken extends SignedToken implements ValidTime {
  readonly validFrom: number;
  readonly expiresAt: number | null;
  /** Where a store knows it; found out when it is first asked for. */
  storeKeys: StoreKeys | null = null;
  /** Its place in the order of its partition. */
  index = 0;
  /** It was found since it last might have had to go. */
  wasUsed = false;

  constructor(
    { rawToken, header, claims, payload, signer }: SignedToken,
    readonly part: CachePart,
    /** About how many bytes of memory it takes. */
    readonly bytes: number,
  ) {
    // With a text of its own: that of a request was cut out of a header, all of which it would keep in memory.
    super(Buffer.from(rawToken, 'latin1').toString('latin1'), header, claims, payload, signer);
    const { validFrom, expiresAt } = validTimeOf(claims);
    this.validFrom = validFrom;
    this.expiresAt = expiresAt;
  }
}
