import { Get, type ExecutionContext, type Type } from '@nestjs/common';
import { CurrentUser, getJwtContext, Jwt, JwtHeader, JwtIdentity } from 'nestjs-jwt-extended';
import { CurrentContext, readParameter } from '../execution.js';
import { attempt } from '../flask-errors.js';
import { plainClaims } from './echo.routes.js';
import { routeAt } from './every-method.js';

/** For each helper of Flask-JWT-Extended, the code with the same result in this library. */
const HELPERS: Readonly<Record<string, (context: ExecutionContext) => unknown>> = {
  get_jwt: (context) => plainClaims(readParameter(Jwt(), context)),
  get_jwt_header: (context) => readParameter(JwtHeader(), context),
  get_jwt_identity: (context) => readParameter(JwtIdentity(), context) ?? null,
  get_jwt_request_location: (context) => getJwtContext(context)?.location ?? null,
  get_current_user: (context) => readParameter(CurrentUser(), context),
  current_user: (context) => (readParameter(CurrentUser(), context) as { name: unknown }).name,
};

/** The result or the error of every helper. */
export async function helperAnswers(context: ExecutionContext): Promise<object> {
  const answers: [string, unknown][] = [];
  for (const [name, helper] of Object.entries(HELPERS)) answers.push([name, await attempt(() => helper(context))]);
  return Object.fromEntries(answers);
}

class Helpers {
  @Get()
  all(@CurrentContext() context: ExecutionContext): Promise<object> {
    return helperAnswers(context);
  }
}

export const helperRoutes: readonly Type[] = [
  routeAt('/helpers/unprotected', Helpers),
  routeAt('/helpers/required', Helpers, {}),
  routeAt('/helpers/optional', Helpers, { optional: true }),
];
