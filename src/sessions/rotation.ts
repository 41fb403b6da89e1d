import { RevokedTokenException, WrongTokenTypeException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { ownValue } from '../types/claims.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import type { Sessions } from './sessions.js';
import { accessIssuanceOf } from '../tokens/issuing/issuance.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import type { VerifiedToken } from '../tokens/verified-token.js';
import { lookUpUser } from '../tokens/verifying/user-lookup.js';

/** Replaces refresh tokens (RFC 9700 s.4.14.2). A refresh token is consumed once, however many requests present it. */
export class Rotation {
  constructor(
    private readonly settings: Settings,
    private readonly factory: TokenFactory,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Returns the successor of a verified refresh token and a new access token. Every other step that can fail runs before the
   * store consumes the token.
   */
  async rotate(
    { payload, header }: VerifiedToken,
    options: { claims?: object; headers?: object },
  ): Promise<{ accessToken: string; refreshToken: string }> {
    if (payload.type !== 'refresh' || isForeign(payload)) {
      throw new WrongTokenTypeException('Only refresh tokens are allowed', { payload, header });
    }
    if (await this.settings.callbacks.isTokenRevoked?.(payload, header)) {
      throw new RevokedTokenException(undefined, { payload, header });
    }
    const user = await lookUpUser({ payload, header }, this.settings);
    const identity = user ?? ownValue(payload, this.settings.identityClaim);
    const successor = { identity, successorOf: payload, ...options };
    const refresh = await this.factory.draft({ ...successor, type: 'refresh' }, true);
    const access = await this.factory.draft({ ...successor, type: 'access' }, true);
    const issuance = await this.sessions.replace(payload, refresh.content);
    return {
      accessToken: access.sign(accessIssuanceOf(issuance, access.content)),
      refreshToken: refresh.sign(issuance),
    };
  }
}
