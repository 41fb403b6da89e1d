import { Concealed } from './types/concealed.js';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { JwtAuthenticator } from './authentication/jwt-authenticator.js';
import { GUARD_BRAND } from './routes/route-requirement.js';
import type { Awaitable } from './types/awaitable.js';

/**
 * Lets a request in when its token meets the `@JwtRequired()` of the route. A route without one is open, unless the option
 * `requireByDefault` is set. `@UseGuards(JwtGuard)` on a handler or controller without a requirement means `@JwtRequired()`.
 *
 * @example
 * // In a test, in place of the guard:
 * builder.overrideProvider(JwtGuard).useValue({ canActivate: () => true });
 */
@Injectable()
@Concealed()
export class JwtGuard implements CanActivate {
  constructor(@Inject(JwtAuthenticator) private readonly authenticator: JwtAuthenticator) {}

  /**
   * Checks the token of the request. Returns `true`, or a promise of it.
   *
   * @throws JwtExtendedException when the token is missing or refused, in the form of the transport
   */
  canActivate(context: ExecutionContext): Awaitable<boolean> {
    return this.authenticator.admit(context);
  }
}

Object.defineProperty(JwtGuard.prototype, GUARD_BRAND, { value: true });
