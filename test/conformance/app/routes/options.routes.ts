import { Get, Options, type ExecutionContext, type Type } from '@nestjs/common';
import { JwtIdentity } from 'nestjs-jwt-extended';
import { CurrentContext, readParameter } from '../execution.js';
import { routeAt } from './every-method.js';

/** Handlers for OPTIONS, which is the only method without checks. */
class Ok {
  @Get()
  get(): object {
    return { ok: true };
  }

  @Options()
  options(): object {
    return { ok: true };
  }
}

class Identity {
  @Get()
  get(@CurrentContext() context: ExecutionContext): object {
    return { identity: readParameter(JwtIdentity(), context) };
  }

  @Options()
  options(@CurrentContext() context: ExecutionContext): object {
    return { identity: readParameter(JwtIdentity(), context) };
  }
}

export const optionsRoutes: readonly Type[] = [
  routeAt('/options/plain', Ok, {}),
  routeAt('/options/fresh', Ok, { fresh: true }),
  routeAt('/options/refresh', Ok, { refresh: true }),
  routeAt('/options/identity', Identity, {}),
];
