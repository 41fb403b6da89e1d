import { Concealed } from '../types/concealed.js';
import { Inject, Injectable } from '@nestjs/common';
import { ErrorResponder } from '../errors/error-responder.js';
import { callOptions } from '../options/call-options.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import type { VerifiedToken } from '../tokens/verified-token.js';
import { csrfOf } from '../tokens/verifying/csrf.js';
import { NO_CONTEXT, TokenVerifier } from '../tokens/verifying/token-verifier.js';
import { ownValue, type TokenType } from '../types/claims.js';
import type { HttpResponse } from '../types/http.js';
import { forbidStoring } from './cache-headers.js';
import type { CookieAttributes, SetCookieOptions, UnsetCookieOptions } from './cookie-attributes.js';
import { checkCookieSize } from './cookie-size.js';
import { addSetCookie, toSetCookie, type TokenCookie } from './cookie-writer.js';
import { LogInAttributes } from './log-in-attributes.js';

const readSetOptions = {
  access: callOptions<SetCookieOptions>('setAccessCookies', { maxAge: true, domain: true }),
  refresh: callOptions<SetCookieOptions>('setRefreshCookies', { maxAge: true, domain: true }),
};

const readUnsetOptions = {
  unsetJwtCookies: callOptions<UnsetCookieOptions>('unsetJwtCookies', { domain: true }),
  unsetAccessCookies: callOptions<UnsetCookieOptions>('unsetAccessCookies', { domain: true }),
  unsetRefreshCookies: callOptions<UnsetCookieOptions>('unsetRefreshCookies', { domain: true }),
};

/** With `notBeforeDelta`, a new token becomes valid later. */
const NEW_TOKEN = Object.freeze({ ...NO_CONTEXT, allowEarly: true });

/** The lifetime of a persistent cookie, in seconds, as in Flask-JWT-Extended. */
const PERSISTENT_SECONDS = 31_540_000;

/**
 * Sets and deletes the cookies of tokens, on Express, Fastify or Node. It needs no cookie plugin. Caches may not store the
 * answer: it has `Cache-Control: no-store` (RFC 6749 s.5.1), unless the application made it `private`.
 */
@Injectable()
@Concealed()
export class TokenCookieService {
  private readonly logInAttributes: LogInAttributes;

  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
    @Inject(TokenFactory) factory: TokenFactory,
  ) {
    this.logInAttributes = new LogInAttributes(settings, factory);
  }

  /**
   * Verifies the access token, then sets its cookie and its CSRF cookie (`set_access_cookies`). Await it.
   *
   * @throws JwtExtendedException if the token is refused.
   * @throws TypeError if an option is wrong, or a cookie has more than 4096 bytes with its attributes: browsers drop it.
   */
  setAccessCookies(response: HttpResponse, token: string, options?: SetCookieOptions): Promise<void> {
    return this.set('access', response, token, options);
  }

  /**
   * Verifies the refresh token, then sets its cookie and its CSRF cookie (`set_refresh_cookies`). Await it.
   *
   * @throws JwtExtendedException if the token is refused.
   * @throws TypeError if an option is wrong, or a cookie has more than 4096 bytes with its attributes: browsers drop it.
   */
  setRefreshCookies(response: HttpResponse, token: string, options?: SetCookieOptions): Promise<void> {
    return this.set('refresh', response, token, options);
  }

  /** Deletes the cookies of both tokens (`unset_jwt_cookies`). */
  unsetJwtCookies(response: HttpResponse, options?: UnsetCookieOptions): void {
    this.unset(['access', 'refresh'], response, readUnsetOptions.unsetJwtCookies(options));
  }

  /** Deletes the cookies of the access token (`unset_access_cookies`). */
  unsetAccessCookies(response: HttpResponse, options?: UnsetCookieOptions): void {
    this.unset(['access'], response, readUnsetOptions.unsetAccessCookies(options));
  }

  /** Deletes the cookies of the refresh token (`unset_refresh_cookies`). */
  unsetRefreshCookies(response: HttpResponse, options?: UnsetCookieOptions): void {
    this.unset(['refresh'], response, readUnsetOptions.unsetRefreshCookies(options));
  }

  private async set(
    kind: TokenType,
    response: HttpResponse,
    token: string,
    callOptions?: SetCookieOptions,
  ): Promise<void> {
    const options = readSetOptions[kind](callOptions);
    const setCookies = await this.responder.run(async () => {
      const verified = await this.verifier.verify(token, NEW_TOKEN);
      const attributes = this.logInAttributes.of(verified, response, options);
      const value = await this.logInAttributes.putInto(verified, attributes);
      return this.cookiesFor(kind, attributes, { value, verified }).map((cookie) => {
        const setCookie = this.serialise(cookie);
        checkCookieSize(cookie, setCookie, verified);
        return setCookie;
      });
    });
    this.add(response, setCookies);
  }

  private unset(
    kinds: readonly TokenType[],
    response: HttpResponse,
    { domain: domainOfCall }: UnsetCookieOptions,
  ): void {
    const domains = [...this.logInAttributes.domainsToDelete(response, domainOfCall)];
    const cookies = kinds.flatMap((kind) =>
      domains.flatMap((domain) => this.cookiesFor(kind, { domain, maxAge: undefined }, null)),
    );
    this.add(
      response,
      cookies.map((cookie) => this.serialise(cookie)),
    );
  }

  /** A cache that stored one of these cookies, or its deletion, would set it for other users. */
  private add(response: HttpResponse, setCookies: readonly string[]): void {
    for (const setCookie of setCookies) addSetCookie(response, setCookie);
    forbidStoring(response, this.settings.header.name);
  }

  private serialise(cookie: TokenCookie): string {
    return toSetCookie(cookie, this.settings.cookies);
  }

  /** The cookie of the token and, with `csrf.inCookies`, the cookie of its double submit value. Without a token: deletions. */
  private cookiesFor(kind: TokenType, attributes: CookieAttributes, token: TokenInCookie | null): TokenCookie[] {
    const { cookies, csrf } = this.settings;
    const shared = { maxAge: this.maxAge(attributes, token), domain: attributes.domain ?? cookies.domain };
    const tokenCookie = { ...cookies[kind], value: token?.value ?? null, httpOnly: true, ...shared };
    if (!csrf?.inCookies) return [tokenCookie];
    const { cookieName, cookiePath } = csrf[kind];
    const value = token && csrfOf(token.verified.payload, token.verified.header);
    return [tokenCookie, { name: cookieName, path: cookiePath, value, httpOnly: false, ...shared }];
  }

  private maxAge({ maxAge }: CookieAttributes, token: TokenInCookie | null): number | null {
    if (maxAge === undefined) return this.settings.cookies.session ? null : PERSISTENT_SECONDS;
    if (maxAge !== 'token') return maxAge;
    const exp = token && (ownValue(token.verified.payload, 'exp') as number | undefined);
    return Math.min(PERSISTENT_SECONDS, Math.max(0, Math.ceil((exp ?? Infinity) - Date.now() / 1000)));
  }
}

/** The value of a token's cookie, and the token that it holds. */
interface TokenInCookie {
  readonly value: string;
  readonly verified: VerifiedToken;
}
