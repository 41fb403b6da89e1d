import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { JwtAuthenticator } from './authentication/jwt-authenticator.js';
import { GUARD_BRAND } from './routes/route-requirement.js';
import type { Awaitable } from './types/awaitable.js';

/**
 * Lets a request through when its token meets the route's `@JwtRequired()`; a route without one is open (unless
 * `requireByDefault`). In tests replace the global one with `overrideProvider(JwtGuard)`. Bound by hand, `@UseGuards(JwtGuard)` on something without a requirement means `@JwtRequired()`.
 */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(@Inject(JwtAuthenticator) private readonly authenticator: JwtAuthenticator) {}

  /** Throws a `JwtExtendedException` where the token will not do. */
  canActivate(context: ExecutionContext): Awaitable<boolean> {
    return this.authenticator.admit(context);
  }
}

Object.defineProperty(JwtGuard.prototype, GUARD_BRAND, { value: true });
