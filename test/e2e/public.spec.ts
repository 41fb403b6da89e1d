import { Controller, Get, type Type } from '@nestjs/common';
import { JwtRequired, Public } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller('plain')
class PlainController {
  @Get('undecorated')
  undecorated() {}

  @Public()
  @Get('public')
  public() {}

  @JwtRequired()
  @Get('required')
  required() {}
}

@JwtRequired()
@Controller('required')
class RequiredController extends PlainController {}

@Public()
@Controller('public')
class PublicController extends PlainController {}

@JwtRequired({ fresh: true })
@Controller('fresh')
class FreshController {
  @JwtRequired()
  @Get('nearest')
  nearest() {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {}
}

@Controller('twice')
class TwiceController {
  @Public()
  @JwtRequired()
  @Get('public-above')
  publicAbove() {}

  @JwtRequired()
  @Public()
  @Get('required-above')
  requiredAbove() {}
}

@Controller('inherited')
class InheritingController extends RequiredController {
  override undecorated() {}
}

const CONTROLLERS: Type[] = [
  PlainController,
  RequiredController,
  PublicController,
  FreshController,
  TwiceController,
  InheritingController,
];

describe.each(ADAPTERS)('the decorators of a route on %s', (adapter) => {
  describe('without requireByDefault', () => {
    const app = useJwtApp(adapter, { controllers: CONTROLLERS });

    it.each([
      ['/plain/undecorated', 200],
      ['/plain/public', 200],
      ['/plain/required', 401],
      ['/required/undecorated', 401],
      ['/required/public', 200],
      ['/required/required', 401],
      ['/public/undecorated', 200],
      ['/public/public', 200],
      ['/public/required', 401],
      ['/inherited/public', 200],
      ['/inherited/required', 401],
    ])('%s answers %d without a token', async (path, status) => {
      expect(await app.get(path)).toMatchObject({ status });
    });

    it('a decorator of the method replaces that of the class; they are not merged', async () => {
      expect(await app.get('/fresh/nearest', forge({ fresh: false }))).toMatchObject({ status: 200 });
      expect(await app.get('/fresh/optional', forge({ fresh: false }))).toMatchObject({ status: 200 });
      expect(await app.get('/fresh/optional')).toMatchObject({ status: 200 });
    });

    it('the upper one of two decorators of a method counts, because it is applied last', async () => {
      expect(await app.get('/twice/public-above')).toMatchObject({ status: 200 });
      expect(await app.get('/twice/required-above')).toMatchObject({ status: 401 });
    });
  });

  describe('with requireByDefault', () => {
    const app = useJwtApp(adapter, { options: { requireByDefault: true }, controllers: CONTROLLERS });

    it.each([
      ['/plain/undecorated', 401],
      ['/plain/public', 200],
      ['/public/undecorated', 200],
      ['/public/required', 401],
      ['/required/undecorated', 401],
      ['/required/public', 200],
      ['/twice/public-above', 200],
    ])('%s answers %d without a token', async (path, status) => {
      expect(await app.get(path)).toMatchObject({ status });
    });

    it('a route without a decorator accepts only access tokens', async () => {
      expect(await app.get('/plain/undecorated', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/plain/undecorated', forge({ type: 'refresh' }))).toMatchObject({ status: 422 });
    });
  });
});
