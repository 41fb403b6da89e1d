import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { ownValue } from '../types/claims.js';
import type { JwtContext } from '../types/jwt-context.js';
import { storedContext } from './jwt-context.js';

/** A parameter decorator that takes a name and pipes. Nest 12 has a type for it, Nest 11 has none. */
export type TokenParamDecorator = (
  ...nameOrPipes: (string | PipeTransform | Type<PipeTransform>)[]
) => ParameterDecorator;

type Reader = (found: JwtContext | null, name: string | undefined) => unknown;

/**
 * The current user: what `userLookup` returned, or one of its properties. `null` on an optional route without a token
 * (`current_user`).
 *
 * @throws Error without the option `userLookup`, and where no token was checked for the handler.
 * @example
 * profile(@CurrentUser() user: User, @CurrentUser('email') email: string) {}
 */
export const CurrentUser = readerOf('CurrentUser', userOf);

/**
 * The claims of the token, frozen, or one of them. `{}` or `undefined` on an optional route without a token (`get_jwt`).
 *
 * @throws Error where no token was checked for the handler.
 * @example
 * list(@Jwt() payload: JwtPayload, @Jwt('role') role: string) {}
 */
export const Jwt = readerOf('Jwt', claimsOf);

/**
 * The JOSE header of the token, frozen, or one of its parameters. `{}` or `undefined` on an optional route without a token
 * (`get_jwt_header`).
 *
 * @throws Error where no token was checked for the handler.
 * @example
 * list(@JwtHeader('kid') kid: string) {}
 */
export const JwtHeader = readerOf('JwtHeader', (found, name) => {
  const header = found?.header ?? Object.freeze({});
  return name === undefined ? header : ownValue(header, name);
});

/**
 * The value of the identity claim. `null` on an optional route without a token (`get_jwt_identity`).
 *
 * @throws Error where no token was checked for the handler.
 * @example
 * list(@JwtIdentity() username: string) {}
 */
export const JwtIdentity = readerOf('JwtIdentity', (found) => {
  if (found === null) return null;
  return Object.hasOwn(found, 'identity') ? found.identity : found.payload.sub;
});

/** For `@CurrentUser()`. @internal */
export function userOf(found: JwtContext | null, name: string | undefined): unknown {
  if (found === null) return null;
  if (found.user === undefined) {
    throw new Error(
      '@CurrentUser() needs the option userLookup of JwtExtendedModule. Without one, read the claims with @Jwt().',
    );
  }
  return name === undefined ? found.user : (found.user as Record<string, unknown>)[name];
}

/** For `@Jwt()`. @internal */
export function claimsOf(found: JwtContext | null, name: string | undefined): unknown {
  const payload = found?.payload ?? Object.freeze({});
  return name === undefined ? payload : ownValue(payload, name);
}

/** A parameter decorator that reads the checked token. @internal */
export function readerOf(decorator: string, read: Reader): TokenParamDecorator {
  return createParamDecorator((name: string | undefined, context: ExecutionContext): unknown => {
    const found = storedContext(context);
    if (found !== undefined) return read(found, name);
    throw new Error(
      `@${decorator}() in ${context.getClass().name}.${context.getHandler().name}: no token was checked for this ` +
        'request. Put @JwtRequired() on the handler (with { optional: true } if it also serves anonymous requests).',
    );
  });
}
