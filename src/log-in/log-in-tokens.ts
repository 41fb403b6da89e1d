import type { TokenPair } from '../token-options.js';

/**
 * The tokens of a log-in. Its members are the body of the default answer (RFC 6749 s.5.1), so `{ ...tokens, id }` adds to it.
 * `accessToken` and `refreshToken` are the same tokens under the names of `TokenPair`.
 */
export class LogInTokens {
  /** The access token. */
  readonly access_token: string;
  /** The refresh token, if the log-in creates one. */
  readonly refresh_token?: string | undefined;

  /** @internal */
  constructor({ accessToken, refreshToken }: Partial<TokenPair> & Pick<TokenPair, 'accessToken'>) {
    this.access_token = accessToken;
    if (refreshToken !== undefined) this.refresh_token = refreshToken;
  }

  /** The access token. */
  get accessToken(): string {
    return this.access_token;
  }

  /** The refresh token, if the log-in creates one. */
  get refreshToken(): string | undefined {
    return this.refresh_token;
  }
}
