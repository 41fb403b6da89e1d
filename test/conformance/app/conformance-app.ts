import {
  Catch,
  Module,
  type ArgumentsHost,
  type DynamicModule,
  type ExceptionFilter,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { JwtExtendedException, JwtExtendedModule, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { parseBodies } from './body-parsing.js';
import { callbackOptions } from './callbacks.js';
import { flaskJwtModule } from './flask-jwt-app.js';
import { RevokedTokens } from './revoked-tokens.js';
import { CookieController } from './routes/cookie.controller.js';
import { customRoutes } from './routes/custom.routes.js';
import { echoRoutes } from './routes/echo.routes.js';
import { helperRoutes } from './routes/helper.routes.js';
import { optionsRoutes } from './routes/options.routes.js';
import { TokenController } from './routes/token.controller.js';
import { userRoutes } from './routes/user.routes.js';
import { mainSecret, optionsFor, readConfig, type FlaskConfig } from './settings.js';
import { noteRaised } from './trace.js';

/** The application that a scenario needs. */
export interface ScenarioSetup {
  readonly name: string;
  readonly config?: FlaskConfig;
  readonly loaders?: readonly string[];
  /** Without it, Flask-JWT-Extended. */
  readonly library?: 'flask-jwt';
  /** The handlers of Flask-JWT. */
  readonly handlers?: readonly string[];
}

export type AdapterName = 'express' | 'fastify';

const HTTP_ADAPTERS = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter({ bodyLimit: 1_000_000 }),
};

/** Answers the other exceptions like Nest, and records them. */
@Catch()
class RaisedFilter extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    noteRaised(error);
    // Nest's filter sends the status and the body of an exception, without its header fields.
    const headers = error instanceof JwtExtendedException ? Object.entries(error.headers) : [];
    for (const [name, value] of headers)
      this.httpAdapterHost?.httpAdapter.setHeader?.(host.getArgByIndex(1), name, value);
    super.catch(error, host);
  }
}

@Module({})
class ConformanceModule {
  static for(setup: ScenarioSetup, options: JwtExtendedOptions): DynamicModule {
    const { library, config: rawConfig = {}, loaders = [], handlers = [] } = setup;
    const filter = { provide: APP_FILTER, useClass: RaisedFilter };
    if (library === 'flask-jwt') {
      return { module: ConformanceModule, ...flaskJwtModule(rawConfig, handlers, options), providers: [filter] };
    }
    const config = readConfig(rawConfig);
    const revoked = new RevokedTokens();
    const identityClaim = String(config.JWT_IDENTITY_CLAIM ?? 'sub');
    const callbacks = callbackOptions(loaders, { identityClaim, secret: mainSecret(config), revoked });
    return {
      module: ConformanceModule,
      imports: [JwtExtendedModule.forRoot({ ...options, ...optionsFor(config), ...callbacks })],
      controllers: [
        ...echoRoutes,
        ...userRoutes,
        ...helperRoutes,
        ...optionsRoutes,
        ...customRoutes,
        TokenController,
        CookieController,
      ],
      providers: [{ provide: RevokedTokens, useValue: revoked }, filter],
    };
  }
}

/** A new application for a scenario, which is initialised but does not listen. Throws the error of the start. */
export async function createConformanceApp(
  setup: ScenarioSetup,
  adapter: AdapterName,
  options: JwtExtendedOptions,
): Promise<INestApplication> {
  const module = ConformanceModule.for(setup, options);
  const app = await NestFactory.create(module, HTTP_ADAPTERS[adapter](), { logger: false, abortOnError: false });
  parseBodies[adapter](app);
  await app.init();
  if (adapter === 'fastify') await app.getHttpAdapter().getInstance().ready();
  return app;
}
