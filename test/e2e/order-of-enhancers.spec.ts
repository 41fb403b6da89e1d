import {
  Catch,
  Controller,
  Get,
  Global,
  HttpException,
  Injectable,
  Module,
  Scope,
  type ArgumentsHost,
  type CanActivate,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { ExpiredTokenException, getJwtContext, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp, type AdapterName } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { send, type Answer } from '../support/http-client.js';
import { jwtModule } from '../support/jwt-app.js';

@Controller('cats')
class CatsController {
  @JwtRequired()
  @Get()
  list() {
    return [];
  }
}

/** A guard with a deny list and roles, as in Nest's documentation. */
@Injectable()
class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest<{ user?: { sub?: string } }>();
    const found = getJwtContext(context);
    return request.user?.sub === found?.payload.sub && found?.payload.role === 'admin';
  }
}

@Catch(ExpiredTokenException)
class ExpiredFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(_exception: ExpiredTokenException, host: ArgumentsHost) {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { own: 'expired' }, 418);
  }
}

@Catch(HttpException)
class EveryHttpFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: HttpException, host: ArgumentsHost) {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { own: exception.message }, exception.getStatus());
  }
}

/** The modules in which an application registers an enhancer of its own, before or after the module of the library. */
const LAYOUTS: Record<string, (own: Provider) => ModuleMetadata> = {
  'in the root module': (own) => ({ imports: [jwtModule()], providers: [own] }),
  'in a module imported before': (own) => ({ imports: [moduleWith(own), jwtModule()] }),
  'in a module imported after': (own) => ({ imports: [jwtModule(), moduleWith(own)] }),
  'in a global module imported before': (own) => ({ imports: [{ ...moduleWith(own), global: true }, jwtModule()] }),
  'in a module deep below one imported before': (own) => ({
    imports: [moduleOf({ imports: [moduleOf({ imports: [moduleWith(own)] })] }), jwtModule()],
  }),
  'in the module that imports the library': (own) => ({
    imports: [moduleOf({ imports: [jwtModule()], providers: [own] })],
  }),
  'in a module beside one that imports the library': (own) => ({
    imports: [moduleWith(own), moduleOf({ imports: [jwtModule()] })],
  }),
};

function moduleOf(metadata: ModuleMetadata): DynamicModule {
  @Global()
  @Module({})
  class AnyModule {}
  return { module: AnyModule, ...metadata };
}

const moduleWith = (provider: Provider) => moduleOf({ providers: [provider] });

async function sendTo(adapter: AdapterName, metadata: ModuleMetadata, token: string): Promise<Answer> {
  const running = await startApp(adapter, { controllers: [CatsController], ...metadata });
  try {
    return await send('GET', `${running.url}/cats`, { token });
  } finally {
    await running.close();
  }
}

describe.each(ADAPTERS)('on %s', (adapter) => {
  describe.each(Object.entries(LAYOUTS))('a guard of the application %s', (_name, layout) => {
    it.each([
      ['for the application', Scope.DEFAULT],
      ['for each request', Scope.REQUEST],
    ])('%s runs after JwtGuard and finds the user', async (_scope, scope) => {
      const metadata = layout({ provide: APP_GUARD, useClass: RolesGuard, scope });
      expect(await sendTo(adapter, metadata, forge({ role: 'admin' }))).toMatchObject({ status: 200 });
      expect(await sendTo(adapter, metadata, forge({ role: 'user' }))).toMatchObject({ status: 403 });
      expect(await sendTo(adapter, metadata, forge({ exp: 1 }))).toMatchObject({ status: 401 });
    });
  });

  describe.each(Object.entries(LAYOUTS))('a filter of the application %s', (_name, layout) => {
    it('answers the exceptions of the library that it catches; the filter of the library answers the others', async () => {
      const metadata = layout({ provide: APP_FILTER, useClass: ExpiredFilter });
      expect(await sendTo(adapter, metadata, forge({ exp: 1 }))).toEqual({ status: 418, body: { own: 'expired' } });
      expect(await sendTo(adapter, metadata, 'nonsense')).toEqual({
        status: 422,
        body: { msg: 'Not enough segments' },
      });
    });

    it.each([
      ['for the application', Scope.DEFAULT],
      ['for each request', Scope.REQUEST],
    ])('%s that catches every HttpException also answers the exceptions of the library', async (_scope, scope) => {
      const metadata = layout({ provide: APP_FILTER, useClass: EveryHttpFilter, scope });
      const answer = await sendTo(adapter, metadata, forge({ exp: 1 }));
      expect(answer).toEqual({ status: 401, body: { own: 'Token has expired' } });
    });
  });
});
