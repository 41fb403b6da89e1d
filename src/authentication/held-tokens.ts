import { Inject, Injectable } from '@nestjs/common';
import { ExpiredTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { CachedToken } from '../tokens/cache/cached-token.js';
import type { SignedToken, VerifiedToken } from '../tokens/verified-token.js';
import { isExpired, validTimeOf } from '../tokens/verifying/claims.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { TokenSource } from '../types/token-location.js';

/**
 * The tokens that connections were let in with. The guard checks the token again for each message, without the
 * signature. A token is held as long as the application has the connection.
 */
@Injectable()
@Concealed()
export class HeldTokens {
  private readonly contexts = new WeakMap<object, JwtContext>();
  private readonly verified = new WeakMap<JwtContext, CachedToken>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** The token of a connection. `client` is the key of the transport: the socket. `undefined` without a token. */
  get(client: object): JwtContext | undefined {
    return this.contexts.get(client);
  }

  /** Holds a token for a connection, in place of an earlier one. */
  set(client: object, context: JwtContext): void {
    this.contexts.set(client, context);
  }

  /** Remembers the verified token of a context that can be held, for its keys in the store and the rules of its signer. */
  remember(context: JwtContext, token: SignedToken): void {
    this.verified.set(context, token instanceof CachedToken ? token : new CachedToken(token, 'current', 0));
  }

  /** The held token that answers a requirement. `null`: the requirement is for another location or another type of token. */
  find(client: object, requirement: SettledRequirement): JwtContext | null {
    const held = this.contexts.get(client);
    if (held === undefined) return null;
    const { locations, verifyType, refresh } = requirement;
    const isThere = locations === null || held.location === 'transport' || locations.some((each) => isAt(held, each));
    const isRightType = !verifyType || refresh === (signedPayloadOf(held.payload).type === 'refresh');
    return isThere && isRightType ? held : null;
  }

  /** The verified token of a held context. @throws ExpiredTokenException if it has expired meanwhile. */
  currentToken(held: JwtContext): VerifiedToken {
    const token = this.verified.get(held);
    const { header } = held;
    const payload = signedPayloadOf(held.payload);
    const rules = token?.signer.rules ?? this.settings;
    if (!isExpired(token ?? validTimeOf(payload), rules, Date.now() / 1000)) return token ?? { header, payload };
    throw new ExpiredTokenException(undefined, { payload, header });
  }
}

/** A function of the application is the location `'custom'`. */
function isAt({ location }: JwtContext, source: TokenSource): boolean {
  return typeof source === 'function' ? location === 'custom' : source === location;
}
