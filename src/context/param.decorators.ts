import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { rememberedContext, type JwtContext } from './jwt-context.js';
import { ownValue } from '../types/claims.js';

/** Takes a name and pipes. Written out, for Nest 12's own type of it does not exist in Nest 11. */
export type TokenParamDecorator = (
  ...nameOrPipes: (string | PipeTransform | Type<PipeTransform>)[]
) => ParameterDecorator;

type Reader = (found: JwtContext | null, name: string | undefined, context: ExecutionContext) => unknown;

/**
 * The current user: what `userLookup` returned, or one of its properties; `null` on an optional route without a token.
 * Without a lookup it throws (`current_user`).
 */
export const CurrentUser = readerOf('CurrentUser', (found, name) => {
  if (found === null) return null;
  if (found.user === undefined) {
    throw new Error(
      '@CurrentUser() needs the option userLookup of JwtExtendedModule. Without one, read the claims with @Jwt().',
    );
  }
  return name === undefined ? found.user : (found.user as Record<string, unknown>)[name];
});

/** The claims of the token, or one of them; `{}` or `undefined` on an optional route without a token (`get_jwt`). */
export const Jwt = readerOf('Jwt', (found, name) => {
  const payload = found?.payload ?? Object.freeze({});
  return name === undefined ? payload : ownValue(payload, name);
});

/** The JOSE header of the token, or one of its parameters; `{}` or `undefined` without a token (`get_jwt_header`). */
export const JwtHeader = readerOf('JwtHeader', (found, name) => {
  const header = found?.header ?? Object.freeze({});
  return name === undefined ? header : ownValue(header, name);
});

/** The identity claim of the token; `null` on an optional route without a token (`get_jwt_identity`). */
export const JwtIdentity = readerOf('JwtIdentity', (found) => {
  if (found === null) return null;
  return Object.hasOwn(found, 'identity') ? found.identity : found.payload.sub;
});

function readerOf(decorator: string, read: Reader): TokenParamDecorator {
  return createParamDecorator((name: string | undefined, context: ExecutionContext): unknown => {
    const found = rememberedContext(context);
    if (found !== undefined) return read(found, name, context);
    throw new Error(
      `@${decorator}() in ${context.getClass().name}.${context.getHandler().name}: no token was checked for this ` +
        'request. Put @JwtRequired() on the handler (with { optional: true } if it also serves anonymous requests).',
    );
  });
}
