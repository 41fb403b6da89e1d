import type { Settings } from '../options/settings.js';
import type { HttpRequest } from '../types/http.js';
import { ownValue } from '../types/claims.js';
import type { Sessions } from './sessions.js';
import { accessIssuanceOf } from '../tokens/issuing/issuance.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import type { VerifiedToken } from '../tokens/verified-token.js';

/** Replaces refresh tokens (RFC 9700 s.4.14.2). A refresh token is consumed once, however many requests present it. */
export class Rotation {
  constructor(
    private readonly settings: Settings,
    private readonly factory: TokenFactory,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Returns the successor of a refresh token that has passed the checks, and a new access token. `user` is the user of
   * `userLookup`. Every other step that can fail runs before the store consumes the token.
   */
  async rotate(
    { payload }: VerifiedToken,
    user: unknown,
    { request, ...options }: { claims?: object; headers?: object; request?: HttpRequest },
  ): Promise<{ accessToken: string; refreshToken: string }> {
    const identity = user ?? ownValue(payload, this.settings.identityClaim);
    const successor = { identity, successorOf: payload, ...options };
    const refresh = await this.factory.draft({ ...successor, type: 'refresh' }, true);
    const access = await this.factory.draft({ ...successor, type: 'access' }, true);
    const issuance = await this.sessions.replace(payload, refresh.content, request);
    return {
      accessToken: access.sign(accessIssuanceOf(issuance, access.content)),
      refreshToken: refresh.sign(issuance),
    };
  }
}
