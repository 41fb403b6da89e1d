import {
  Inject,
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { concatMap, type Observable } from 'rxjs';
import { getJwtContext, type JwtContext } from '../context/jwt-context.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { TokenFactory } from '../tokens/issuing/token-factory.js';
import { ownValue } from '../types/claims.js';
import type { HttpRequest, HttpResponse } from '../types/http.js';
import { setCookies } from './cookie-writer.js';
import { TokenCookieService } from './token-cookie.service.js';

/**
 * Renews the access cookie of a request whose token expires soon, after its handler: the documented pattern of
 * Flask-JWT-Extended. Does nothing unless the option `implicitRefresh` is on, and then binds itself.
 */
@Injectable()
export class ImplicitRefreshInterceptor implements NestInterceptor {
  private readonly logger = new Logger('JwtExtendedModule');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(RevocationCheck) private readonly revocation: RevocationCheck,
    @Inject(TokenCookieService) private readonly cookies: TokenCookieService,
    @Inject(ApplicationConfig) application: ApplicationConfig,
  ) {
    // Here and not through APP_INTERCEPTOR, so that applications without it do not pay for it on every request.
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

  /** The request was carried out: that its cookie could not be renewed is no reason to answer anything else. */
  private async tryRenew(context: ExecutionContext): Promise<void> {
    try {
      await this.renew(context);
    } catch (error) {
      this.logger.warn(`The access cookie was not renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async renew(context: ExecutionContext): Promise<void> {
    const http = context.switchToHttp();
    const found = getJwtContext(context);
    const response = http.getResponse<HttpResponse>();
    if (found === null || !this.expiresSoon(found) || this.isDecided(response)) return;
    const identity = found.user ?? ownValue(found.payload, this.settings.identityClaim);
    const { sid } = storeKeysOf(found.payload, this.settings);
    const token = await this.factory.create({ type: 'access', identity, successorOf: found.payload }, sid);
    // Asked again, and only now: the handler may have been a log-out, and so may another request meanwhile.
    if (await this.revocation.isRevoked(found, http.getRequest<HttpRequest>())) return;
    await this.cookies.setAccessCookies(response, token);
  }

  /** An access token of ours from a cookie that has little time left, but some, and that a new one would outlive. */
  private expiresSoon({ location, payload }: JwtContext): boolean {
    const { implicitRefresh, accessTokenExpires, leeway } = this.settings;
    if (location !== 'cookies' || payload.type !== 'access' || payload.exp === undefined) return false;
    if (isForeign(payload)) return false;
    const left = payload.exp - Date.now() / 1000;
    return left > -leeway && left < (implicitRefresh?.within ?? 0) && left < (accessTokenExpires ?? Infinity);
  }

  /** Whether the answer is on its way, or the handler set or deleted one of the cookies itself. */
  private isDecided(response: HttpResponse): boolean {
    if (response.headersSent ?? response.raw?.headersSent) return true;
    const { access, refresh } = this.settings.cookies;
    return setCookies(response).some((cookie) => [access, refresh].some(({ name }) => cookie.startsWith(`${name}=`)));
  }
}
