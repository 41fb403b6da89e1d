import { Controller, Get, Injectable, Module, type DynamicModule } from '@nestjs/common';
import {
  JwtExtendedModule,
  JwtRequired,
  TokenService,
  type JwtExtendedOptions,
  type JwtExtendedOptionsFactory,
} from 'nestjs-jwt-extended';
import { ADAPTERS, startApp, type AdapterName } from '../support/adapters.js';
import { forge, SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';

@Controller()
class ProtectedController {
  @JwtRequired()
  @Get()
  read() {}
}

@Injectable()
class Configuration {
  readonly jwtSecret = SECRET;
}

@Module({ providers: [Configuration], exports: [Configuration] })
class ConfigurationModule {}

@Injectable()
class OptionsFactory implements JwtExtendedOptionsFactory {
  createJwtExtendedOptions(): JwtExtendedOptions {
    return { secret: SECRET, errorMessageKey: 'error' };
  }
}

@Injectable()
class LateOptionsFactory implements JwtExtendedOptionsFactory {
  constructor(private readonly configuration: Configuration) {}

  async createJwtExtendedOptions(): Promise<JwtExtendedOptions> {
    return { secret: this.configuration.jwtSecret, errorMessageKey: 'error' };
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

const MODULES: [string, () => DynamicModule][] = [
  ['forRoot', () => JwtExtendedModule.forRoot({ secret: SECRET, errorMessageKey: 'error' })],
  [
    'forRootAsync with useFactory',
    () => JwtExtendedModule.forRootAsync({ useFactory: () => ({ secret: SECRET, errorMessageKey: 'error' }) }),
  ],
  [
    'forRootAsync with an async useFactory, inject and imports',
    () =>
      JwtExtendedModule.forRootAsync({
        imports: [ConfigurationModule],
        inject: [Configuration],
        useFactory: async ({ jwtSecret }: Configuration) => ({ secret: jwtSecret, errorMessageKey: 'error' }),
      }),
  ],
  [
    'forRootAsync with extraProviders',
    () =>
      JwtExtendedModule.forRootAsync({
        extraProviders: [Configuration],
        inject: [Configuration],
        useFactory: ({ jwtSecret }: Configuration) => ({ secret: jwtSecret, errorMessageKey: 'error' }),
      }),
  ],
  ['forRootAsync with useClass', () => JwtExtendedModule.forRootAsync({ useClass: OptionsFactory })],
  [
    'forRootAsync with useClass and imports',
    () => JwtExtendedModule.forRootAsync({ imports: [ConfigurationModule], useClass: LateOptionsFactory }),
  ],
  [
    'forRootAsync with useExisting',
    () => JwtExtendedModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
  ],
];

async function answers(adapter: AdapterName, module: DynamicModule) {
  const app = await startApp(adapter, { imports: [module], controllers: [ProtectedController] });
  try {
    return [await send('GET', app.url), await send('GET', app.url, { token: forge() })];
  } finally {
    await app.close();
  }
}

describe.each(ADAPTERS)('the module on %s', (adapter) => {
  it.each(MODULES)('protects routes by %s', async (_how, module) => {
    const [without, withToken] = await answers(adapter, module());
    expect(without).toEqual({ status: 401, body: { error: 'Missing Authorization Header' } });
    expect(withToken).toMatchObject({ status: 200 });
  });

  it.each([
    [
      'forRoot',
      () =>
        JwtExtendedModule.forRoot({
          secret: SECRET,
          globalGuard: undefined,
          globalFilter: undefined,
          isGlobal: undefined,
        }),
    ],
    [
      'forRootAsync',
      () =>
        JwtExtendedModule.forRootAsync({
          globalGuard: undefined,
          globalFilter: undefined,
          isGlobal: undefined,
          useFactory: () => ({ secret: SECRET }),
        }),
    ],
  ])('uses the defaults for undefined extras of %s', async (_how, module) => {
    const [without, withToken] = await answers(adapter, module());
    expect(without).toEqual({ status: 401, body: { msg: 'Missing Authorization Header' } });
    expect(withToken).toMatchObject({ status: 200 });
  });

  it('lists only controllers with routes in the log of the start', async () => {
    const lines: unknown[][] = [];
    const logger = { log: (...line: unknown[]) => void lines.push(line), error() {}, warn() {} };
    const metadata = { imports: [JwtExtendedModule.forRoot({ secret: SECRET })], controllers: [ProtectedController] };
    const running = await startApp(
      adapter,
      metadata,
      (builder) => builder,
      (app) => app.useLogger(logger),
    );
    await running.close();
    const resolved = lines.filter(([, context]) => context === 'RoutesResolver').map(([line]) => line);
    expect(resolved).toEqual(['ProtectedController {/}:']);
  });

  it.each(['globalGuard', 'globalFilter', 'isGlobal'])('refuses the extra %s from a factory', async (extra) => {
    const options = { secret: SECRET, [extra]: false };
    await expect(answers(adapter, JwtExtendedModule.forRootAsync({ useFactory: () => options }))).rejects.toThrow(
      new RegExp(`"${extra}" is read from the call only\\. Write forRootAsync\\({ ${extra}: `),
    );
  });
});

describe('a call without options', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['list', [SECRET]],
    ['string', SECRET],
  ])('of forRoot stops the start: %s', (type, options) => {
    const start = () => JwtExtendedModule.forRoot(options as never);
    expect(start).toThrow(TypeError);
    expect(start).toThrow(/forRoot\(\) needs an object of options, { secret: … } at least; it got \w+\.$/);
    expect(start).not.toThrow(SECRET);
    expect(start).toThrow(type);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['no way to the options', { isGlobal: true }],
    ['options', { secret: SECRET }],
    ['a factory that is undefined', { useFactory: undefined }],
  ])('of forRootAsync stops the start: %s', (_what, options) => {
    const start = () => JwtExtendedModule.forRootAsync(options as never);
    expect(start).toThrow(TypeError);
    expect(start).toThrow('forRootAsync() needs "useFactory", "useClass" or "useExisting"');
  });
});

describe('isGlobal', () => {
  @Injectable()
  class LogIn {
    constructor(readonly tokens: TokenService) {}
  }
  @Module({ providers: [LogIn] })
  class FeatureModule {}

  it('is true by default, so every module can inject TokenService', async () => {
    const app = await startApp('express', { imports: [JwtExtendedModule.forRoot({ secret: SECRET }), FeatureModule] });
    expect(app.app.get(LogIn, { strict: false }).tokens).toBeInstanceOf(TokenService);
    await app.close();
  });

  it('as false limits TokenService to modules that import JwtExtendedModule', async () => {
    const module = JwtExtendedModule.forRoot({ secret: SECRET, isGlobal: false });
    await expect(startApp('express', { imports: [module, FeatureModule] })).rejects.toThrow(/can't resolve/);
  });
});
