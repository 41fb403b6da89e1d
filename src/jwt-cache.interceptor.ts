import { createHash } from 'node:crypto';
import { Inject, Injectable, Optional, type CallHandler, type ExecutionContext } from '@nestjs/common';
import { CacheInterceptor } from '@nestjs/cache-manager';
import type { Observable } from 'rxjs';
import { getJwtContext, storedContext } from './context/jwt-context.js';
import { allowPrivateStoring, varyByToken } from './cookies/cache-headers.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import { requirementOf } from './routes/route-requirement.js';
import { isPromise } from './types/awaitable.js';
import type { HttpResponse } from './types/http.js';
import type { JwtContext } from './types/jwt-context.js';
import { signedPayloadOf } from './types/verified-payload.js';

/**
 * Nest's `CacheInterceptor` for routes that require a token. Each entry belongs to one user and session, and the response has
 * `Cache-Control: private` and `Vary`. Nest's own interceptor caches responses by URL alone, so one user would get the
 * response of another user.
 *
 * @example
 * ```ts
 * @UseInterceptors(JwtCacheInterceptor)
 * @JwtRequired()
 * @Controller('profile')
 * ```
 */
@Injectable()
export class JwtCacheInterceptor extends CacheInterceptor {
  /** @internal `undefined` where the module is not global. */
  @Optional()
  @Inject(SETTINGS)
  protected readonly jwtSettings?: Settings | undefined;

  /**
   * Answers from the cache, or calls the handler. Marks the response of a request with a token as private. An anonymous
   * response has `Vary`, so that no cache answers a request with a token with it.
   */
  override intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() === 'http') this.markResponse(context);
    return super.intercept(context, next);
  }

  private markResponse(context: ExecutionContext): void {
    const response = context.switchToHttp().getResponse<HttpResponse>();
    const tokenHeader = this.tokenHeader(context);
    if (getJwtContext(context) !== null) allowPrivateStoring(response, tokenHeader);
    // `undefined` is a route that reads no token.
    else if (storedContext(context) === null) varyByToken(response, tokenHeader);
  }

  /** The header with the token; `'*'` if a function finds the token, because it can read any header. */
  private tokenHeader(context: ExecutionContext): string {
    const requirement = requirementOf(context.getHandler(), context.getClass(), false);
    const locations = requirement?.locations ?? this.jwtSettings?.tokenLocation ?? [];
    if (locations.some((location) => typeof location === 'function')) return '*';
    return this.jwtSettings?.header.name ?? 'Authorization';
  }

  /** The key of Nest's interceptor (the URL, or `@CacheKey()`) with the user and session of the token. */
  protected override trackBy(context: ExecutionContext): string | undefined {
    const key: unknown = super.trackBy(context);
    // Version 12 also accepts a promise, which version 3 does not have in its types.
    if (isPromise(key)) return key.then((late) => ownKey(late, context)) as unknown as string;
    return ownKey(key, context);
  }
}

function ownKey(key: unknown, context: ExecutionContext): string | undefined {
  if (typeof key !== 'string') return undefined;
  const found = getJwtContext(context);
  return found === null ? key : `jwt:${ownerOf(found)}:${key}`;
}

/** A hash of the user and the session, so that the keys of a shared cache contain no personal data. */
function ownerOf({ payload: claims, identity }: JwtContext): string {
  const payload = signedPayloadOf(claims);
  const owner = [payload.iss, identity ?? payload.sub, payload.sid ?? null];
  return createHash('sha256').update(JSON.stringify(owner)).digest('base64url');
}
