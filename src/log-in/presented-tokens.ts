import { Inject, Injectable } from '@nestjs/common';
import { findToken, type FoundToken } from '../authentication/token-sources.js';
import { CsrfException, InvalidTokenException, MissingTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { SessionManager } from '../sessions/session-manager.js';
import type { VerifiedToken } from '../tokens/verified-token.js';
import { checkCsrf, presentedCsrfValue } from '../tokens/verifying/csrf.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { NO_CONTEXT, TokenVerifier } from '../tokens/verifying/token-verifier.js';
import type { TokenType } from '../types/claims.js';
import { Concealed } from '../types/concealed.js';
import type { HttpRequest } from '../types/http.js';
import { settleRequirement, type SettledRequirement } from '../types/requirement.js';
import type { LogInLocations } from './log-in-routes.js';

const COOKIE = {
  access: settleRequirement({ locations: 'cookies' }),
  refresh: settleRequirement({ refresh: true, locations: 'cookies' }),
} as const;

/** Ends the sessions of the tokens of a request. An expired token counts, because its session can be longer. */
@Injectable()
@Concealed()
export class PresentedTokens {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(SessionManager) private readonly sessions: SessionManager,
  ) {}

  /** Ends the sessions of the tokens in cookies. Tokens that are not valid are ignored: they have no session. */
  async endThoseInCookies(request: HttpRequest): Promise<void> {
    if (this.sessions.isOn) await this.end(await this.inCookies(request));
  }

  /** The same, for a request that must have the double submit value of one of the tokens. @throws CsrfException without it. */
  async logOutByCookies(request: HttpRequest): Promise<void> {
    const tokens = await this.inCookies(request);
    if (tokens.length > 0) this.requireCsrfValue(request, tokens);
    await this.end(tokens);
  }

  /** Ends the session of the token in one of these locations, or revokes it. @throws JwtExtendedException without a valid one. */
  async logOut(request: HttpRequest, locations: LogInLocations['refresh']): Promise<void> {
    const { rawToken } = this.findIn(request, locations);
    await this.end([await this.verify(rawToken, request)]);
  }

  /** A JSON body can have the access token or the refresh token. Each belongs to the session that ends. */
  private findIn(request: HttpRequest, locations: LogInLocations['refresh']): FoundToken {
    const inRefresh = this.findOrNull(request, settleRequirement({ refresh: true, locations }));
    return inRefresh ?? findToken(request, settleRequirement({ locations }), this.settings);
  }

  private async inCookies(request: HttpRequest): Promise<VerifiedToken[]> {
    const tokens: VerifiedToken[] = [];
    for (const requirement of [COOKIE.access, COOKIE.refresh]) {
      const found = this.findOrNull(request, requirement);
      const token = found && (await this.verifyOrNull(found.rawToken, request));
      if (token !== null) tokens.push(token);
    }
    return tokens;
  }

  private findOrNull(request: HttpRequest, requirement: SettledRequirement): FoundToken | null {
    try {
      return findToken(request, requirement, this.settings);
    } catch (error) {
      if (error instanceof MissingTokenException) return null;
      throw error;
    }
  }

  private async verifyOrNull(rawToken: unknown, request: HttpRequest): Promise<VerifiedToken | null> {
    try {
      return await this.verify(rawToken, request);
    } catch (error) {
      if (error instanceof InvalidTokenException) return null;
      throw error;
    }
  }

  private async verify(rawToken: unknown, request: HttpRequest): Promise<VerifiedToken> {
    return this.verifier.verify(rawToken, { ...NO_CONTEXT, allowExpired: true, allowEarly: true, request });
  }

  /** A request has one value, and the tokens of a session have one each. */
  private requireCsrfValue(request: HttpRequest, tokens: readonly VerifiedToken[]): void {
    const kinds: readonly TokenType[] = ['access', 'refresh'];
    const problems = kinds.map((kind) => this.csrfProblem(request, kind, tokens));
    if (!problems.includes(null)) throw problems[0];
  }

  private csrfProblem(request: HttpRequest, kind: TokenType, tokens: readonly VerifiedToken[]): unknown {
    try {
      const value = presentedCsrfValue(request, kind, this.settings.csrf);
      if (value === null || tokens.some((token) => hasCsrfValue(token, value))) return null;
      return new CsrfException('CSRF double submit tokens do not match');
    } catch (error) {
      return error;
    }
  }

  private async end(tokens: readonly VerifiedToken[]): Promise<void> {
    const { revocation } = this.sessions;
    if (revocation === null) return;
    const keys = tokens.map(({ payload }) => ({ payload, ...storeKeysOf(payload, this.settings) }));
    const sids = new Set(keys.map(({ sid, adopts }) => (adopts ? null : sid)));
    for (const sid of sids) if (sid !== null) await revocation.revokeSession(sid);
    for (const { payload, sid, adopts } of keys) if (sid === null || adopts) await revocation.revoke(payload);
  }
}

function hasCsrfValue({ payload, header }: VerifiedToken, value: string): boolean {
  try {
    checkCsrf(payload, header, value);
    return true;
  } catch {
    return false;
  }
}
