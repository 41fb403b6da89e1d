import type { ExecutionContext } from '@nestjs/common';
import type { JwtContext } from '../types/jwt-context.js';
import type { StandardSchema } from '../types/standard-schema.js';
import { isCheckedBy } from '../types/verified-payload.js';
import { getJwtContext } from './jwt-context.js';
import { claimsOf, readerOf, userOf } from './param.decorators.js';

/** `@CurrentUser()`, `@Jwt()` and `getJwtContext()` that require claims which this schema has checked. Their types promise it. */
export function withSchema(schema: StandardSchema) {
  const checked = (found: JwtContext | null): JwtContext | null => {
    if (found !== null && !isCheckedBy(found.payload, schema)) refuseUnchecked();
    return found;
  };
  return {
    CurrentUser: readerOf('CurrentUser', (found, name) => userOf(checked(found), name)),
    Jwt: readerOf('Jwt', (found, name) => claimsOf(checked(found), name)),
    getJwtContext: (contextOrRequest: ExecutionContext | object) => checked(getJwtContext(contextOrRequest)),
  };
}

function refuseUnchecked(): never {
  throw new Error(
    'The schema of defineJwt() has not checked this token. Pass the options of JwtExtendedModule through jwt.options(), ' +
      'or set its option claims to the same schema.',
  );
}
