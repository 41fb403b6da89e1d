import { storedContext } from '../context/jwt-context.js';
import { toSeconds } from '../options/duration.js';
import type { Settings } from '../options/settings.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import type { SignedToken } from '../tokens/verified-token.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { COOKIE_CLAIM } from '../types/claims.js';
import type { HttpResponse } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import {
  areSame,
  attributesIn,
  claimOf,
  NO_ATTRIBUTES,
  type CookieAttributes,
  type SetCookieOptions,
} from './cookie-attributes.js';

/** The attributes of a log-in, which a renewal and a deletion of its cookies repeat. */
export class LogInAttributes {
  constructor(
    private readonly settings: Settings,
    private readonly factory: TokenFactory,
  ) {}

  /** The attributes of a call, and where it gives none those of the log-in: in its token, or in the token of the request. */
  of(token: SignedToken, response: HttpResponse, { domain, maxAge }: SetCookieOptions): CookieAttributes {
    const [ofToken, ofRequest] = [attributesIn(token.payload), this.ofRequest(response, token)];
    const ofLogIn = ofToken.maxAge ?? ofRequest.maxAge;
    const isDefault = maxAge === undefined || maxAge === null;
    return {
      domain: domain === undefined || domain === '' ? (ofToken.domain ?? ofRequest.domain) : domain,
      maxAge: isDefault ? ofLogIn : maxAge === 'token' ? 'token' : Math.ceil(toSeconds(maxAge)),
    };
  }

  /** The domains to delete cookies with: the one of the call and the one of the request's token. `undefined`: by the option. */
  domainsToDelete(response: HttpResponse, domainOfCall: string | undefined): ReadonlySet<string | undefined> {
    const { domain } = attributesOf(tokenInCookie(response, this.settings));
    const domains = new Set([domainOfCall === '' ? undefined : domainOfCall, domain]);
    if (domains.size > 1) domains.delete(undefined);
    return domains;
  }

  /**
   * Puts the attributes into the token if implicit refresh needs them, and returns the token. Without implicit refresh the
   * token does not change, as in Flask-JWT-Extended.
   */
  async putInto(token: SignedToken, { domain, maxAge }: CookieAttributes): Promise<string> {
    const { implicitRefresh, cookies } = this.settings;
    if (implicitRefresh === null || isForeign(token.payload) || !this.factory.canSign) return token.rawToken;
    const attributes = { domain: domain === cookies.domain ? undefined : domain, maxAge };
    if (areSame(attributes, attributesIn(token.payload))) return token.rawToken;
    return this.factory.withClaim(token, COOKIE_CLAIM, claimOf(attributes));
  }

  /** The attributes of the request's token. A token of another user does not count. */
  private ofRequest(response: HttpResponse, { payload }: SignedToken): CookieAttributes {
    const found = tokenInCookie(response, this.settings);
    return found?.identity === payload[this.settings.identityClaim] ? attributesOf(found) : NO_ATTRIBUTES;
  }
}

/** The checked token of the request, if it came in a cookie. */
function tokenInCookie(response: HttpResponse, settings: Settings): JwtContext | null {
  const request = response.request ?? response.req;
  const found = request === undefined ? null : (storedContext(request, settings) ?? null);
  return found?.location === 'cookies' ? found : null;
}

function attributesOf(found: JwtContext | null): CookieAttributes {
  return found === null ? NO_ATTRIBUTES : attributesIn(signedPayloadOf(found.payload));
}
