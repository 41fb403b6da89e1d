import { Injectable, Logger, Module, Scope, UseGuards, type CanActivate } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { MemoryRevocationStore, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { JwtAuthModule, type JwtAuthModuleAsyncOptions, type JwtAuthOptions } from 'nestjs-jwt-extended/auth';
import { withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';
import { findUser, logInModule, logInSetup, type LogInSetup } from '../support/log-in-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

const authenticate = findUser;
const start = (setup: JwtAppSetup) => withJwtApp('express', setup, async () => undefined);
const startWith = (setup: LogInSetup, options?: JwtExtendedOptions) => start(logInSetup(setup, options));

describe('wrong options of JwtAuthModule', () => {
  it.each<[string, object, string]>([
    ['no authenticate', { authenticate: undefined }, 'option "authenticate" must be a function that returns the user'],
    ['authenticate is an object', { authenticate: {} }, 'option "authenticate" must be a function'],
    ['an unknown name', { pathh: 'x' }, 'Did you mean "path"?'],
    ['a name of another library', { usernameField: 'email' }, 'Write usernameKey.'],
    ['a path with a parameter', { path: 'auth/:tenant' }, 'option "path" must be a path without parameters'],
    ['an empty path', { path: '' }, 'option "path" must not be empty'],
    ['a slash alone', { path: '/' }, 'option "path" must be a path without parameters'],
    ['a route that is a number', { routes: { me: 1 } }, 'option "routes.me" must be true or a path; it is 1.'],
    ['an unknown route', { routes: { logOut: true } }, 'Did you mean "logout"?'],
    ['a text as a flag', { refresh: 'true' }, 'option "refresh" must be true or false'],
    ['the same keys', { usernameKey: 'password' }, 'must be different'],
    ['a key __proto__', { usernameKey: '__proto__' }, 'must not be "__proto__"'],
    ['a bare number as text', { fresh: '900' }, 'option "fresh" is wrong'],
    ['a negative time', { refusalTime: -1 }, 'option "refusalTime"'],
    ['a time of a minute', { refusalTime: '1m' }, "option \"refusalTime\" must be from '1ms' to '5s'"],
    [
      'no decorators',
      { decorators: [UseGuards].concat({} as never) },
      'option "decorators" must be a list of decorators',
    ],
    ['a callback that is no function', { response: {} }, 'option "response" must be a function'],
  ])('%s', (_, options, message) => {
    expect(() => JwtAuthModule.forRoot({ authenticate, ...options })).toThrow(TypeError);
    expect(() => JwtAuthModule.forRoot({ authenticate, ...options })).toThrow(message);
  });

  it('are also refused from a factory', async () => {
    const module = JwtAuthModule.forRootAsync({ useFactory: () => ({ authenticate, pathh: 'x' }) });
    await expect(start({ imports: [module] })).rejects.toThrow('Did you mean "path"?');
  });

  it.each<[object, string]>([
    [{}, 'needs "useFactory", "useClass" or "useExisting"'],
    [{ useFactory: () => ({ authenticate }), path: 'x' }, 'has no option "path"'],
  ])('of forRootAsync: %p', (options, message) => {
    expect(() => JwtAuthModule.forRootAsync(options as JwtAuthModuleAsyncOptions)).toThrow(message);
  });

  it('names the module that is missing', async () => {
    const { Test } = await import('@nestjs/testing');
    const module = Test.createTestingModule({ imports: [logInModule()] }).compile();
    await expect(module).rejects.toThrow('JwtAuthModule');
  });
});

describe('options that need another one stop the start', () => {
  const store = new MemoryRevocationStore();
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

  it.each<[string, LogInSetup, JwtExtendedOptions, string]>([
    ['refresh without refresh: true', { routes: { refresh: true } }, {}, '"routes.refresh" needs refresh: true'],
    ['logout without a store', { routes: { logout: true } }, {}, '"routes.logout" needs the option revocation'],
    ['logoutEverywhere without a store', { routes: { logoutEverywhere: true } }, {}, '"routes.logoutEverywhere" needs'],
    ['sessions without a store', { cookies: true, routes: { sessions: true } }, {}, '"routes.sessions" needs'],
    ['no key to sign with', {}, { secret: undefined, algorithm: 'EdDSA', publicKey }, 'needs a key that signs'],
  ])('%s', async (_, setup, options, message) => {
    await expect(startWith(setup, options)).rejects.toThrow(message);
  });

  it.each<[string, LogInSetup, JwtExtendedOptions]>([
    ['logout with cookies', { cookies: true, routes: { logout: true } }, {}],
    ['logout with a store', { routes: { logout: true, logoutEverywhere: true } }, { revocation: { store } }],
  ])('%s starts', async (_, setup, options) => {
    await expect(startWith(setup, options)).resolves.toBeUndefined();
  });

  it.each<[LogInSetup, string]>([
    [{ refresh: true, routes: { refresh: '/auth' } }, 'options "path" and "routes.refresh" have the same path'],
    [{ routes: { sessions: true, me: 'sessions/' } }, 'options "routes.sessions" and "routes.me" have the same path'],
    [
      { routes: { logout: '/out', logoutEverywhere: '/out' } },
      'options "routes.logout" and "routes.logoutEverywhere" have the same path',
    ],
  ])('two routes with one method and path: %j', async (setup, message) => {
    await expect(startWith(setup, { revocation: { store } })).rejects.toThrow(message);
  });

  it('two modules with one path', async () => {
    const imports = [logInModule(), logInModule({ path: '/auth' })];
    await expect(start({ imports })).rejects.toThrow('JwtAuthModule is imported twice with the path "auth"');
  });

  it('options that depend on a request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      readonly path = 'auth';
    }
    @Module({ providers: [Tenant], exports: [Tenant] })
    class TenantModule {}
    const module = JwtAuthModule.forRootAsync({
      imports: [TenantModule],
      inject: [Tenant],
      useFactory: ({ path }: Tenant): JwtAuthOptions => ({ authenticate, path }),
    });
    await expect(start({ imports: [module] })).rejects.toThrow('the options depend on a request-scoped provider');
  });
});

describe('the warning about unlimited attempts', () => {
  const ENVIRONMENT = process.env.NODE_ENV;
  afterEach(() => {
    if (ENVIRONMENT === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = ENVIRONMENT;
    Logger.overrideLogger(false);
  });

  async function warnings(setup: LogInSetup, further: JwtAppSetup = {}, environment = 'production'): Promise<string[]> {
    process.env.NODE_ENV = environment;
    const logger = new RecordingLogger();
    const prepare: JwtAppSetup['prepare'] = (app) => {
      Logger.overrideLogger(logger);
      further.prepare?.(app);
    };
    const { imports = [], ...rest } = further;
    await start({ ...rest, imports: [logInModule(setup), ...imports], prepare });
    return logger.warnings.filter((line) => line.includes('Nothing limits the attempts'));
  }

  /** The name counts: the library does not import the package. */
  @Injectable()
  class ThrottlerGuard implements CanActivate {
    canActivate() {
      return true;
    }
  }
  class OwnGuard extends ThrottlerGuard {}

  it('comes in production, and names the path and the cure', async () => {
    expect(await warnings({ path: 'session' })).toEqual([
      expect.stringMatching(/"session".*decorators: \[UseGuards\(ThrottlerGuard\)\].*limitedElsewhere: true/),
    ]);
  });

  it.each<[string, LogInSetup, JwtAppSetup]>([
    ['a guard on the log-in', { decorators: [UseGuards(ThrottlerGuard)] }, {}],
    ['a guard that extends it', { decorators: [UseGuards(OwnGuard)] }, {}],
    ['a global guard', {}, { providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] }],
    ['a global guard that extends it', {}, { providers: [{ provide: APP_GUARD, useClass: OwnGuard }] }],
    ['limitedElsewhere', { limitedElsewhere: true }, {}],
  ])('does not come with %s', async (_, setup, further) => {
    expect(await warnings(setup, further)).toEqual([]);
  });

  it('comes with a global guard of another kind', async () => {
    @Injectable()
    class OtherGuard implements CanActivate {
      canActivate() {
        return true;
      }
    }
    expect(await warnings({}, { providers: [{ provide: APP_GUARD, useClass: OtherGuard }] })).toHaveLength(1);
  });

  it('does not come outside of production', async () => {
    expect(await warnings({}, {}, 'development')).toEqual([]);
  });
});
