import { isCookieDomain } from '../options/cookie-options.js';
import type { Duration } from '../options/duration.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { COOKIE_CLAIM, ownValue, type JwtPayload } from '../types/claims.js';

/** The options of `setAccessCookies()` and `setRefreshCookies()`. */
export interface SetCookieOptions {
  /**
   * The lifetime of the cookies. `'token'` is the lifetime of the token, at most one year. With 0 or less, browsers delete
   * the cookies. By default the lifetime of the log-in with `implicitRefresh`, and otherwise the option `cookies.session`.
   */
  maxAge?: Duration | 'token' | undefined;
  /** The attribute `Domain`. By default the one of the log-in with `implicitRefresh`, and otherwise `cookies.domain`. */
  domain?: string | undefined;
}

/** The options of the methods that delete cookies. */
export interface UnsetCookieOptions {
  /**
   * The `Domain` with which the cookies were set. By default the option `cookies.domain`. With `implicitRefresh`, the cookies
   * of the request's token are deleted with the domain of their log-in.
   */
  domain?: string | undefined;
}

/**
 * The attributes that a call gave to the cookies of a token. The token carries them in a claim, because browsers do not send
 * attributes back: so renewals and deletions repeat them without a state on the server.
 */
export interface CookieAttributes {
  readonly domain: string | undefined;
  /** Seconds, or the lifetime of the token. */
  readonly maxAge: number | 'token' | undefined;
}

/** The options of the module decide. */
export const NO_ATTRIBUTES: CookieAttributes = Object.freeze({ domain: undefined, maxAge: undefined });

/** The attributes in a verified token. A token of an identity provider has none, because its claims are not ours. */
export function attributesIn(payload: JwtPayload): CookieAttributes {
  const claim = isForeign(payload) ? undefined : ownValue(payload, COOKIE_CLAIM);
  if (typeof claim !== 'object' || claim === null) return NO_ATTRIBUTES;
  const [domain, maxAge] = [ownValue(claim, 'domain'), ownValue(claim, 'max_age')];
  return {
    domain: isCookieDomain(domain) ? domain : undefined,
    maxAge: isRepeated(maxAge) ? maxAge : undefined,
  };
}

/** The value of the claim. `undefined` without attributes. A lifetime of 0 deletes the cookie, so no renewal repeats it. */
export function claimOf({ domain, maxAge }: CookieAttributes): object | undefined {
  const claim = { ...(domain !== undefined && { domain }), ...(isRepeated(maxAge) && { max_age: maxAge }) };
  return Object.keys(claim).length === 0 ? undefined : claim;
}

/** Whether two sets of attributes are the same claim. */
export function areSame(one: CookieAttributes, other: CookieAttributes): boolean {
  return JSON.stringify(claimOf(one)) === JSON.stringify(claimOf(other));
}

function isRepeated(maxAge: unknown): maxAge is number | 'token' {
  return maxAge === 'token' || (typeof maxAge === 'number' && Number.isFinite(maxAge) && maxAge > 0);
}
