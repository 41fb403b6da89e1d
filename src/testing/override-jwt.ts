import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { JwtAuthenticator } from '../authentication/jwt-authenticator.js';
import { getJwtContext, setJwtContext, type JwtContextLike } from '../context/jwt-context.js';
import { MissingTokenException } from '../errors/exceptions.js';
import { JwtGuard } from '../jwt.guard.js';
import { isRequiredByDefault } from '../routes/required-by-default.js';
import { requirementOf } from '../routes/route-requirement.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { JwtRequirement } from '../types/requirement.js';

/** The part of `TestingModuleBuilder` of `@nestjs/testing` that `overrideJwt` needs. */
export interface OverridableBuilder {
  /** Replaces a provider. */
  overrideProvider(token: unknown): {
    /** The value in place of the provider. */
    useValue(value: unknown): unknown;
  };
}

/** The user of a test: what `getJwtContext()` returns. The other claims are those of an ordinary access token. */
export type OverridingContext = Pick<JwtContextLike, 'user' | 'payload' | 'identity'>;

/**
 * Replaces `JwtGuard` and `JwtAuthenticator` in a test. Every request is one of this user, without a token. With `null`, every
 * request is anonymous: handlers that require a token refuse it with 401. Scopes, roles and freshness are not checked.
 *
 * @returns the builder
 * @example
 * const builder = Test.createTestingModule({ imports: [AppModule] });
 * const module = await overrideJwt(builder, { user: alice, payload: { sub: 'alice' } }).compile();
 */
export function overrideJwt<Builder extends OverridableBuilder>(
  builder: Builder,
  context: OverridingContext | null,
): Builder {
  const authenticator = new OverridingAuthenticator(context);
  const guard: CanActivate = { canActivate: (called) => authenticator.admit(called) };
  // A guard of @UseGuards(JwtGuard) is not a provider. Nest creates it with the authenticator.
  builder.overrideProvider(JwtAuthenticator).useValue(authenticator);
  builder.overrideProvider(JwtGuard).useValue(guard);
  return builder;
}

/** Replaces `JwtAuthenticator`. */
class OverridingAuthenticator {
  constructor(private readonly context: OverridingContext | null) {}

  admit(context: ExecutionContext): true {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const requirement = requirementOf(handler, controller, isRequiredByDefault(controller));
    if (requirement !== null) this.set(context, requirement.optional);
    return true;
  }

  authenticate(context: ExecutionContext, requirement?: JwtRequirement): Promise<JwtContext | null> {
    return Promise.resolve().then(() => this.set(context, requirement?.optional === true));
  }

  authenticateToken(): Promise<JwtContext | null> {
    return Promise.resolve().then(() => this.set({}, false));
  }

  /** The replaced guard decides about handshakes, so there is no token to hold. */
  letIn(): void {
    return undefined;
  }

  private set(key: object, isOptional: boolean): JwtContext | null {
    if (this.context === null && !isOptional)
      throw new MissingTokenException('Missing JWT: the test set overrideJwt(…, null)');
    setJwtContext(key, this.context);
    return getJwtContext(key);
  }
}
