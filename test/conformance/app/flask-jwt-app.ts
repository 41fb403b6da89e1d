import {
  All,
  Controller,
  HttpCode,
  Injectable,
  Post,
  type DynamicModule,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import {
  getJwtContext,
  JwtAuthenticator,
  JwtExtendedModule,
  MissingTokenException,
  type JwtExtendedOptions,
  type TokenExtractor,
} from 'nestjs-jwt-extended';
import { flaskJwtPreset, JwtAuthModule, type FlaskJwtPreset } from 'nestjs-jwt-extended/auth';
import { CurrentContext } from './execution.js';
import { authenticate, handlerOptions, requestHandlerOf, type User } from './flask-jwt-handlers.js';
import { EveryMethod, routeAt } from './routes/every-method.js';
import { hasShortSecret, mainSecret, readConfig, type FlaskConfig } from './settings.js';
import { noteCallback } from './trace.js';

/** The application of Flask-JWT for a scenario. */
export function flaskJwtModule(
  rawConfig: FlaskConfig,
  handlers: readonly string[],
  options: JwtExtendedOptions,
): Pick<DynamicModule, 'imports' | 'controllers'> {
  const config = readConfig(rawConfig);
  const usual = flaskJwtPreset(config).module.tokenLocation as TokenExtractor;
  const preset = flaskJwtPreset(config, { requestHandler: requestHandlerOf(handlers, usual, mainSecret(config)) });
  const changed = handlerOptions(handlers, preset);
  const weak = hasShortSecret(config) ? { allowWeakSecret: true } : {};
  const imports = [JwtExtendedModule.forRoot({ ...options, ...preset.module, ...weak, ...changed.module })];
  if (preset.auth !== null && changed.ownLogIn !== true) {
    imports.push(JwtAuthModule.forRoot<User>({ ...preset.auth, authenticate, refusalTime: false, ...changed.auth }));
  }
  return { imports, controllers: [...routesOf(preset), ...(changed.ownLogIn === true ? [OwnLogIn] : [])] };
}

function routesOf(preset: FlaskJwtPreset): Type[] {
  /** What the library's own comment proposes for optional access. Only a missing token is anonymous here. */
  @Injectable()
  class OptionalAccess extends EveryMethod {
    constructor(private readonly authenticator: JwtAuthenticator) {
      super();
    }

    protected async answer(context: ExecutionContext): Promise<object> {
      try {
        await this.authenticator.authenticate(context);
      } catch (error) {
        if (error instanceof MissingTokenException) return { identity: null, error: preset.errorOf(error).error };
        throw error;
      }
      return { identity: identityOf(context) };
    }
  }
  return [
    routeAt('/public', Identity),
    routeAt('/protected', Identity, {}),
    routeAt('/realm', Identity, { realm: 'Special Place' }),
    routeAt('/realm-quoted', Identity, { realm: 'a "quoted" realm' }),
    routeAt('/options', AllMethods, {}),
    routeAt('/optional', OptionalAccess),
  ];
}

class Identity extends EveryMethod {
  protected answer(context: ExecutionContext): object {
    return { identity: identityOf(context) };
  }
}

/** Flask-JWT checks OPTIONS like every other method. The guard does so for a handler of all methods. */
class AllMethods {
  @All()
  all(@CurrentContext() context: ExecutionContext): object {
    return { identity: identityOf(context) };
  }
}

@Controller('auth')
class OwnLogIn {
  @Post()
  @HttpCode(200)
  logIn(): object {
    noteCallback('auth_request');
    return { hello: 'world' };
  }
}

function identityOf(context: ExecutionContext): unknown {
  const user = getJwtContext(context)?.user as Partial<User> | undefined;
  return user?.username === undefined ? (user ?? null) : { id: user.id, username: user.username };
}
