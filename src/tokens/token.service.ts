import { Inject, Injectable } from '@nestjs/common';
import { ErrorResponder } from '../errors/error-responder.js';
import { InvalidTokenException } from '../errors/exceptions.js';
import type { Duration } from '../options/duration.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import type { JoseHeader } from '../types/claims.js';
import { parseCompact, parsePayload } from './compact.js';
import { csrfOf } from './csrf.js';
import { TokenFactory } from './token-factory.js';
import { TokenVerifier, type VerifiedToken } from './token-verifier.js';

/** What can be said about one new token. */
export interface TokenOptions {
  /** Its lifetime; `false`: for ever. Default: the option `accessTokenExpires` or `refreshTokenExpires`. */
  expires?: Duration | false;
  /** Further claims; they win over everything else. */
  claims?: object;
  /** Further header parameters. */
  headers?: object;
}

/** What can be said about a new access token. */
export interface AccessTokenOptions extends TokenOptions {
  /** Fresh for good, or for so long; default `false`. */
  fresh?: boolean | Duration;
}

/** What can be said about a new pair of tokens. */
export interface TokenPairOptions extends Omit<AccessTokenOptions, 'expires'> {
  /** Lifetime of the access token; `false`: for ever. */
  accessExpires?: Duration | false;
  /** Lifetime of the refresh token; `false`: for ever. */
  refreshExpires?: Duration | false;
}

/** An access token and the refresh token that gets the next one (RFC 6749 s.1.5). */
export interface TokenPair {
  /** For requests. */
  accessToken: string;
  /** For the refresh route only. */
  refreshToken: string;
}

/** What `verify` can be told. */
export interface VerifyOptions {
  /** Take a token whose time is over; default `false`. */
  allowExpired?: boolean;
  /** The double submit value that came with it; compared when given. */
  csrfToken?: string;
}

/** A token read without verifying it: only good for looking at. */
export interface UnverifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims, or `null` where the payload is no JSON object. */
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/** Makes and reads tokens. */
@Injectable()
export class TokenService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {}

  /** A new access token; a `TypeError` where the identity or an option is wrong (`create_access_token`). */
  createAccessToken(identity: unknown, options: AccessTokenOptions = {}): Promise<string> {
    return this.factory.create({ ...options, type: 'access', identity });
  }

  /** A new refresh token, good on refresh routes only (`create_refresh_token`). */
  createRefreshToken(identity: unknown, options: TokenOptions = {}): Promise<string> {
    const { expires, claims, headers } = options;
    return this.factory.create({ expires, claims, headers, type: 'refresh', identity });
  }

  /** Both, for a log-in. */
  async createTokenPair(identity: unknown, options: TokenPairOptions = {}): Promise<TokenPair> {
    const { fresh, accessExpires, refreshExpires, claims, headers } = options;
    return {
      accessToken: await this.createAccessToken(identity, { fresh, expires: accessExpires, claims, headers }),
      refreshToken: await this.createRefreshToken(identity, { expires: refreshExpires, claims, headers }),
    };
  }

  /**
   * Header and claims of a token whose signature and claims hold; throws one of the exceptions otherwise. Asks neither
   * for a type, nor freshness, nor revocation, nor a user (`decode_token`).
   */
  verify(token: string, { allowExpired, csrfToken }: VerifyOptions = {}): Promise<VerifiedToken> {
    return this.responder.run(() => this.verifier.verify(token, { allowExpired, csrfValue: csrfToken }));
  }

  /** What a token says, unverified; throws an `InvalidTokenException` where it has no form (`get_unverified_jwt_headers`). */
  decodeUnverified(token: string): UnverifiedToken {
    const compact = this.responder.runSync(() => parseCompact(token, this.settings.maxTokenLength));
    try {
      return { header: compact.unverifiedHeader, payload: parsePayload(compact) };
    } catch (error) {
      if (!(error instanceof InvalidTokenException)) throw error;
      return { header: compact.unverifiedHeader, payload: null };
    }
  }

  /** The id of a token that holds, `null` where it has none (`get_jti`). */
  async getJti(token: string): Promise<string | null> {
    return (await this.verify(token)).payload.jti;
  }

  /** The double submit value of a token that holds; an `InvalidTokenException` without one (`get_csrf_token`). */
  getCsrfToken(token: string): Promise<string> {
    return this.responder.run(async () => {
      const { header, payload } = await this.verifier.verify(token);
      return csrfOf(payload, header);
    });
  }
}
