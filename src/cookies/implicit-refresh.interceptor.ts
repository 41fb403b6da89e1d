import { Concealed } from '../types/concealed.js';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { concatMap, type Observable } from 'rxjs';
import { OwnLogger } from '../errors/own-logger.js';
import { storedContext } from '../context/jwt-context.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import { ownValue } from '../types/claims.js';
import { messageOfThrown } from '../types/thrown-value.js';
import type { HttpRequest, HttpResponse } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import { setCookies } from './cookie-writer.js';
import { TokenCookieService } from './token-cookie.service.js';

/**
 * Renews an access cookie whose token expires soon, after the handler. Flask-JWT-Extended documents this pattern. The
 * interceptor binds itself if the option `implicitRefresh` is on.
 */
@Injectable()
@Concealed()
export class ImplicitRefreshInterceptor implements NestInterceptor {
  private readonly logger = new OwnLogger();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(RevocationCheck) private readonly revocation: RevocationCheck,
    @Inject(TokenCookieService) private readonly cookies: TokenCookieService,
    @Inject(ApplicationConfig) application: ApplicationConfig,
  ) {
    // Not with APP_INTERCEPTOR, because applications without the option would pay for it on every request.
    if (settings.implicitRefresh !== null) application.addGlobalInterceptor(this);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    return next.handle().pipe(
      concatMap(async (answer: unknown, index) => {
        if (index === 0) await this.tryRenew(context);
        return answer;
      }),
    );
  }

  /** The handler has succeeded, so a failed renewal must not change the response. */
  private async tryRenew(context: ExecutionContext): Promise<void> {
    try {
      await this.renew(context);
    } catch (error) {
      this.logger.warn(`The access cookie was not renewed: ${messageOfThrown(error)}`);
    }
  }

  private async renew(context: ExecutionContext): Promise<void> {
    const http = context.switchToHttp();
    // Only a token that this module has checked: it must not renew the token of another application in the process.
    const found = storedContext(context, this.settings) ?? null;
    const response = http.getResponse<HttpResponse>();
    if (found === null || !this.expiresSoon(found) || this.isDecided(response)) return;
    const payload = signedPayloadOf(found.payload);
    const identity = found.user ?? ownValue(payload, this.settings.identityClaim);
    const { sid } = storeKeysOf(payload, this.settings);
    const token = await this.factory.create({ type: 'access', identity, successorOf: payload, notBeforeDelta: 0 }, sid);
    // Checked again here, because the handler or a concurrent request may have revoked the token.
    if (await this.revocation.isRevoked({ payload, header: found.header }, http.getRequest<HttpRequest>())) return;
    await this.cookies.setAccessCookies(response, token);
  }

  /** Whether the request has an access token of our own in a cookie, which expires soon and before a new token would. */
  private expiresSoon({ location, payload: claims }: JwtContext): boolean {
    const payload = signedPayloadOf(claims);
    const { implicitRefresh, accessTokenExpires, leeway } = this.settings;
    if (location !== 'cookies' || payload.type !== 'access' || payload.exp === undefined) return false;
    if (isForeign(payload)) return false;
    const left = payload.exp - Date.now() / 1000;
    return left > -leeway && left < (implicitRefresh?.within ?? 0) && left < (accessTokenExpires ?? Infinity);
  }

  /** Whether the response was sent, or the handler set or deleted one of the cookies. */
  private isDecided(response: HttpResponse): boolean {
    if (response.headersSent ?? response.raw?.headersSent) return true;
    const { access, refresh } = this.settings.cookies;
    return setCookies(response).some((cookie) => [access, refresh].some(({ name }) => cookie.startsWith(`${name}=`)));
  }
}
