import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { forbidStoring } from '../cookies/cache-headers.js';
import { TokenCookieService } from '../cookies/token-cookie.service.js';
import { ErrorResponder } from '../errors/error-responder.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { SessionManager } from '../sessions/session-manager.js';
import { TokenService } from '../token.service.js';
import type { SessionInfo, TokenPair } from '../token-options.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { ownValue } from '../types/claims.js';
import { Concealed } from '../types/concealed.js';
import type { HttpRequest, HttpResponse } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import { locationsOf } from './log-in-routes.js';
import { LOG_IN_SETTINGS, type LogInSettings } from './log-in-settings.js';
import { LogInTokens } from './log-in-tokens.js';
import { PresentedTokens } from './presented-tokens.js';
import { withoutUser } from './without-user.js';

/** The routes for a user who is logged in: refresh, log-out, the list of sessions, the profile. */
@Injectable()
@Concealed()
export class LogInSession {
  constructor(
    @Inject(LOG_IN_SETTINGS) private readonly options: LogInSettings,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(TokenCookieService) private readonly cookies: TokenCookieService,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
    @Inject(PresentedTokens) private readonly presented: PresentedTokens,
  ) {}

  /** With a store it replaces the refresh token. Without one only the access token is new. */
  async refresh(context: JwtContext, response: HttpResponse): Promise<unknown> {
    const pair = this.sessions.isOn
      ? await this.tokens.rotate(context)
      : { accessToken: await this.nextAccessToken(context) };
    forbidStoring(response, this.settings.header.name);
    if (!this.options.cookies) return new LogInTokens(pair);
    await this.cookies.setAccessCookies(response, pair.accessToken);
    const { refreshToken } = pair as Partial<TokenPair>;
    if (refreshToken !== undefined) await this.cookies.setRefreshCookies(response, refreshToken);
    return this.message('token refreshed');
  }

  /** Accepts a token that has expired or is revoked: the user wants to be logged out, and its cookies must go. */
  async logOut(request: HttpRequest, response: HttpResponse): Promise<unknown> {
    await this.responder.run(async () => {
      if (this.options.cookies) return this.presented.logOutByCookies(request);
      return this.presented.logOut(request, locationsOf(this.options, this.settings).refresh);
    }, request);
    return this.loggedOut(response);
  }

  async logOutEverywhere({ payload }: JwtContext, response: HttpResponse): Promise<unknown> {
    await this.tokens.revokeAllFor(payload);
    return this.loggedOut(response);
  }

  /** `current` marks the session of the token. */
  async list({ payload }: JwtContext): Promise<(SessionInfo & { current: boolean })[]> {
    const { sid } = storeKeysOf(signedPayloadOf(payload), this.settings);
    const sessions = await this.tokens.listSessions(payload);
    return sessions.map((session) => ({ ...session, current: session.sid === sid }));
  }

  /** @throws NotFoundException if the user has no such session. */
  async end(context: JwtContext, sid: string, response: HttpResponse): Promise<unknown> {
    const own = (await this.list(context)).find((session) => session.sid === sid);
    if (own === undefined) throw new NotFoundException(this.message('No such session'));
    await this.tokens.revokeSession(sid);
    return own.current ? this.loggedOut(response) : this.message('session ended');
  }

  /** Never the user object itself: an entity can have members that the caller must not see. */
  async profile({ payload, user }: JwtContext, request: HttpRequest): Promise<unknown> {
    const { profile } = this.options;
    const identity = ownValue(signedPayloadOf(payload), this.settings.identityClaim);
    if (profile === undefined) return { identity };
    return withoutUser(await profile(user ?? payload, request), user ?? payload, 'profile');
  }

  /** The callbacks get the user, or the identity claim without `userLookup`, as for a rotation. */
  private nextAccessToken({ payload: claims, user }: JwtContext): Promise<string> {
    const payload = signedPayloadOf(claims);
    const identity = user ?? ownValue(payload, this.settings.identityClaim);
    return this.responder.run(() => this.factory.create({ type: 'access', identity, successorOf: payload }));
  }

  private loggedOut(response: HttpResponse): object {
    if (this.options.cookies) this.cookies.unsetJwtCookies(response);
    return this.message('logout successful');
  }

  private message(text: string): object {
    return { [this.settings.errorMessageKey]: text };
  }
}
