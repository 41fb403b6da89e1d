import { ForbiddenException, Injectable, Options, type ExecutionContext, type Type } from '@nestjs/common';
import { getJwtContext, Jwt, JwtAuthenticator, JwtIdentity } from 'nestjs-jwt-extended';
import { CurrentContext, readParameter } from '../execution.js';
import { attempt } from '../flask-errors.js';
import { echo, plainClaims } from './echo.routes.js';
import { EveryMethod, routeAt } from './every-method.js';
import { helperAnswers } from './helper.routes.js';

/** Handlers that call the check themselves, like the decorators of an application. */
@Injectable()
abstract class CustomCheck extends EveryMethod {
  constructor(protected readonly authenticator: JwtAuthenticator) {
    super();
  }
}

const identityOf = (context: ExecutionContext): unknown => readParameter(JwtIdentity(), context) ?? null;

class Verify extends CustomCheck {
  @Options()
  options(@CurrentContext() context: ExecutionContext): Promise<object> {
    return this.answer(context);
  }

  protected async answer(context: ExecutionContext): Promise<object> {
    const verified = await this.authenticator.authenticate(context);
    if (!verified) return { returned: null };
    const { header, payload } = verified;
    return {
      returned: { header, claims: plainClaims(payload), type: payload.type, identity: identityOf(context) },
    };
  }
}

class Optional extends CustomCheck {
  protected async answer(context: ExecutionContext): Promise<object> {
    const verified = await this.authenticator.authenticate(context, { optional: true });
    return { returned: verified !== null, identity: identityOf(context) };
  }
}

class Admin extends CustomCheck {
  protected async answer(context: ExecutionContext): Promise<object> {
    await this.authenticator.authenticate(context);
    if (readParameter(Jwt('is_administrator'), context)) return { foo: 'bar' };
    throw new ForbiddenException({ msg: 'Admins only!' });
  }
}

class FreshPositional extends CustomCheck {
  protected async answer(context: ExecutionContext): Promise<object> {
    await this.authenticator.authenticate(context, { fresh: true, locations: 'headers' });
    return echo(context);
  }
}

class Caught extends CustomCheck {
  protected async answer(context: ExecutionContext): Promise<object> {
    const result = await attempt(async () => Boolean(await this.authenticator.authenticate(context)));
    return { result, after: await helperAnswers(context) };
  }
}

class Twice extends CustomCheck {
  /** A strict verification, then an optional one for another location. */
  protected async answer(context: ExecutionContext): Promise<object> {
    await this.authenticator.authenticate(context, { locations: ['headers'] });
    const first = identityOf(context);
    await this.authenticator.authenticate(context, { optional: true, locations: ['query_string'] });
    const second = getJwtContext(context) ? identityOf(context) : null;
    return { first, second };
  }
}

export const customRoutes: readonly Type[] = [
  routeAt('/custom/verify', Verify),
  routeAt('/custom/optional', Optional),
  routeAt('/custom/admin', Admin),
  routeAt('/custom/fresh-positional', FreshPositional),
  routeAt('/custom/caught', Caught),
  routeAt('/custom/twice', Twice),
];
