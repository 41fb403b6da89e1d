import { Inject, Injectable } from '@nestjs/common';
import { ErrorResponder } from '../errors/error-responder.js';
import { toSeconds, type Duration } from '../options/duration.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { csrfOf } from '../tokens/verifying/csrf.js';
import { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import type { VerifiedToken } from '../tokens/verified-token.js';
import type { TokenType } from '../types/claims.js';
import type { HttpResponse } from '../types/http.js';
import { addSetCookie, toSetCookie, type TokenCookie } from './cookie-writer.js';

/** What can be said about the cookies of one response. */
export interface SetCookieOptions {
  /**
   * How long browsers keep them; 0 means 0 and less is past, `'token'` as long as the token lives, a year at most. Default: by the option
   * `cookies.session`.
   */
  maxAge?: Duration | 'token';
  /** `Domain`; default the option `cookies.domain`. */
  domain?: string;
}

/** What can be said about deleting cookies. */
export interface UnsetCookieOptions {
  /** The `Domain` they were set with; default the option `cookies.domain`. */
  domain?: string;
}

/** How long a cookie that outlives the browser's session is kept, in seconds: Flask-JWT-Extended's number. */
const PERSISTENT_SECONDS = 31_540_000;

/** Sets and deletes the cookies that carry tokens, on Express, Fastify or Node; no cookie plugin is needed. */
@Injectable()
export class TokenCookieService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {}

  /** Sets the access token's cookie and its CSRF cookie, once the token is verified; await it (`set_access_cookies`). */
  setAccessCookies(response: HttpResponse, token: string, options: SetCookieOptions = {}): Promise<void> {
    return this.set('access', response, token, options);
  }

  /** Sets the refresh token's cookie and its CSRF cookie, once the token is verified; await it (`set_refresh_cookies`). */
  setRefreshCookies(response: HttpResponse, token: string, options: SetCookieOptions = {}): Promise<void> {
    return this.set('refresh', response, token, options);
  }

  /** Deletes all of them: a log-out (`unset_jwt_cookies`). */
  unsetJwtCookies(response: HttpResponse, options: UnsetCookieOptions = {}): void {
    this.unset('access', response, options);
    this.unset('refresh', response, options);
  }

  /** Deletes the access token's cookies (`unset_access_cookies`). */
  unsetAccessCookies(response: HttpResponse, options: UnsetCookieOptions = {}): void {
    this.unset('access', response, options);
  }

  /** Deletes the refresh token's cookies (`unset_refresh_cookies`). */
  unsetRefreshCookies(response: HttpResponse, options: UnsetCookieOptions = {}): void {
    this.unset('refresh', response, options);
  }

  private async set(kind: TokenType, response: HttpResponse, token: string, options: SetCookieOptions): Promise<void> {
    const setCookies = await this.responder.run(async () => {
      const verified = await this.verifier.verify(token);
      return this.cookiesFor(kind, { token, verified, ...options }).map((cookie) => this.serialise(cookie));
    });
    for (const setCookie of setCookies) addSetCookie(response, setCookie);
  }

  private unset(kind: TokenType, response: HttpResponse, options: UnsetCookieOptions): void {
    const setCookies = this.cookiesFor(kind, options).map((cookie) => this.serialise(cookie));
    for (const setCookie of setCookies) addSetCookie(response, setCookie);
  }

  private serialise(cookie: TokenCookie): string {
    return toSetCookie(cookie, this.settings.cookies);
  }

  /** The token's cookie and, where scripts are to read the double submit value, a second one; without a token, deleted. */
  private cookiesFor(kind: TokenType, content: CookieContent): TokenCookie[] {
    const { cookies, csrf } = this.settings;
    const { token = null, verified } = content;
    const shared = {
      maxAge: this.maxAge(content),
      domain: content.domain === undefined || content.domain === '' ? cookies.domain : content.domain,
    };
    const tokenCookie = { ...cookies[kind], value: token, httpOnly: true, ...shared };
    if (!csrf?.inCookies) return [tokenCookie];
    const { cookieName, cookiePath } = csrf[kind];
    const value = verified ? csrfOf(verified.payload, verified.header) : null;
    return [tokenCookie, { name: cookieName, path: cookiePath, value, httpOnly: false, ...shared }];
  }

  private maxAge({ maxAge, verified }: CookieContent): number | null {
    if (maxAge === undefined || maxAge === null) return this.settings.cookies.session ? null : PERSISTENT_SECONDS;
    if (maxAge === 'token') {
      const { exp } = verified?.payload ?? {};
      return Math.min(PERSISTENT_SECONDS, Math.max(0, Math.ceil((exp ?? Infinity) - Date.now() / 1000)));
    }
    return Math.ceil(toSeconds(maxAge));
  }
}

/** What cookies are made of: nothing but a domain where they are deleted. */
interface CookieContent extends SetCookieOptions {
  readonly token?: string;
  readonly verified?: VerifiedToken;
}
