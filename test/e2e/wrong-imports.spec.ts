import { Controller, Get, Injectable, Module, Scope, type DynamicModule } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { JwtExtendedModule, JwtRequired, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';
import { jwtModule } from '../support/jwt-app.js';

@Controller('cats')
class CatsController {
  @JwtRequired()
  @Get()
  list() {}
}

@Injectable({ scope: Scope.REQUEST })
class TenantService {
  readonly secret = SECRET;
}

@Injectable()
class TenantReader {
  constructor(private readonly tenant: TenantService) {}

  createJwtExtendedOptions() {
    return { secret: this.tenant.secret };
  }
}

@Module({ providers: [TenantService], exports: [TenantService] })
class TenantModule {}

@Module({ imports: [JwtExtendedModule] })
class FeatureModule {}

describe.each(ADAPTERS)('on %s', (adapter) => {
  const starting = (...imports: (DynamicModule | (new () => object))[]) =>
    startApp(adapter, { imports: imports as DynamicModule[], controllers: [CatsController] });

  it.each([
    ['in the root module', [JwtExtendedModule]],
    ['in a feature module', [FeatureModule]],
    ['in a feature module besides forRoot()', [jwtModule(), FeatureModule]],
  ])('JwtExtendedModule without forRoot() %s stops the start', async (_where, imports) => {
    await expect(starting(...imports)).rejects.toThrow(
      /^JwtExtendedModule is imported without options\. Import JwtExtendedModule\.forRoot\(/,
    );
  });

  describe.each([true, false])('request-scoped options with globalGuard: %s', (globalGuard) => {
    it.each<[string, Parameters<typeof JwtExtendedModule.forRootAsync>[0]]>([
      ['by REQUEST', { inject: [REQUEST], useFactory: () => ({ secret: SECRET }) }],
      [
        'by a provider with request scope',
        { imports: [TenantModule], inject: [TenantService], useFactory: () => ({ secret: SECRET }) },
      ],
      ['by a class that injects one', { imports: [TenantModule], useClass: TenantReader }],
      [
        'and make a store for each request',
        {
          inject: [REQUEST],
          useFactory: () => ({ secret: SECRET, revocation: { store: new MemoryRevocationStore() } }),
        },
      ],
    ])('stop the start: %s', async (_how, options) => {
      await expect(starting(JwtExtendedModule.forRootAsync({ ...options, globalGuard }))).rejects.toThrow(
        /^JwtExtendedModule\.forRootAsync\(\): the options depend on a request-scoped provider/,
      );
    });
  });
});
