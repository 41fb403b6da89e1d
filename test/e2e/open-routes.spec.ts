import { Controller, Get, Injectable, Scope, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtExtendedModule, JwtGuard, JwtRequired, Public } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { forge, SECRET } from '../support/forge.js';
import { TestApp, withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';

@Controller('orders')
class OrdersController {
  @JwtRequired()
  @Get()
  list() {}
}

@JwtRequired()
@Controller('invoices')
class InvoicesController {
  @Get()
  read() {}

  @Public()
  @Get('terms')
  terms() {}
}

@Controller('open')
class OpenController {
  @Get()
  read() {}
}

@Injectable()
class OwnGuard implements CanActivate {
  canActivate() {
    return true;
  }
}

@UseGuards(OwnGuard)
@JwtRequired()
@Controller('own')
class OwnGuardController {
  @Get()
  read() {}

  @UseGuards(new OwnGuard())
  @Get('write')
  write() {}
}

abstract class BaseController {
  @JwtRequired()
  @Get()
  list() {}
}

@Controller('inheriting')
class InheritingController extends BaseController {}

class Stricter extends JwtGuard {}

describe.each(ADAPTERS)('with globalGuard: false on %s', (adapter) => {
  const setup = (controllers: Type[], more: JwtAppSetup = {}): JwtAppSetup => ({
    ...more,
    options: { globalGuard: false, ...more.options },
    controllers,
  });
  const starting = (controllers: Type[], more?: JwtAppSetup) => new TestApp(adapter, setup(controllers, more)).start();

  it('an application with a requirement that no guard checks does not start', async () => {
    await expect(starting([OrdersController])).rejects.toThrow(
      /^OrdersController\.list requires a token, but no JwtGuard would check it\. Add @UseGuards\(JwtGuard\)/,
    );
    await expect(starting([OrdersController])).rejects.toThrow(TypeError);
  });

  it('the message names every unguarded handler, but no public handler', async () => {
    const all = [OpenController, OrdersController, InvoicesController];
    await expect(starting(all)).rejects.toThrow(/^OrdersController\.list, InvoicesController\.read require a token/);
  });

  it('a guard of another class does not count, neither as a class nor as an object', async () => {
    await expect(starting([OwnGuardController])).rejects.toThrow(/OwnGuardController\.read, OwnGuardController\.write/);
    const prepare: JwtAppSetup['prepare'] = (app) => void app.useGlobalGuards(new OwnGuard());
    await expect(starting([OrdersController], { prepare })).rejects.toThrow(/OrdersController\.list/);
    const providers = [{ provide: APP_GUARD, useClass: OwnGuard }];
    await expect(starting([OrdersController], { providers })).rejects.toThrow(/OrdersController\.list/);
  });

  it('a handler that a controller inherits counts', async () => {
    await expect(starting([InheritingController])).rejects.toThrow(/InheritingController\.list requires a token/);
  });

  it('requireByDefault adds a requirement to every route', async () => {
    const options = { requireByDefault: true };
    await expect(starting([OpenController], { options })).rejects.toThrow(/OpenController\.read requires a token/);
  });

  it('an application without requirements starts', async () => {
    await withJwtApp(adapter, setup([OpenController]), async (app) => {
      expect(await app.get('/open')).toMatchObject({ status: 200 });
    });
  });

  it.each([
    ['APP_GUARD, useClass', { providers: [{ provide: APP_GUARD, useClass: JwtGuard }] }],
    ['APP_GUARD, for each request', { providers: [{ provide: APP_GUARD, useClass: JwtGuard, scope: Scope.REQUEST }] }],
    ['APP_GUARD, useExisting', { providers: [{ provide: APP_GUARD, useExisting: JwtGuard }] }],
    ['APP_GUARD, a guard that extends JwtGuard', { providers: [{ provide: APP_GUARD, useClass: Stricter }] }],
    ['useGlobalGuards()', { prepare: (app) => void app.useGlobalGuards(app.get(JwtGuard)) }],
  ] satisfies [string, JwtAppSetup][])('a guard bound with %s checks every route', async (_how, more) => {
    await withJwtApp(adapter, setup([OrdersController, InvoicesController], more), async (app) => {
      expect(await app.get('/orders')).toMatchObject({ status: 401 });
      expect(await app.get('/orders', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/invoices')).toMatchObject({ status: 401 });
      expect(await app.get('/invoices/terms')).toMatchObject({ status: 200 });
    });
  });

  it('the start checks the handlers of every module', async () => {
    class FeatureModule {}
    const feature = { module: FeatureModule, controllers: [OrdersController] };
    const imports = [JwtExtendedModule.forRoot({ secret: SECRET, globalGuard: false }), feature];
    await expect(startApp(adapter, { imports })).rejects.toThrow(/OrdersController\.list/);
  });
});
