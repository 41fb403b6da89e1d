import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, JwtGuard, JwtIdentity, JwtRequired, Public } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller('method')
class MethodController {
  @UseGuards(JwtGuard)
  @Get('bare')
  bare(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseGuards(JwtGuard)
  @JwtRequired({ refresh: true })
  @Get('refresh')
  refresh() {}

  @UseGuards(JwtGuard)
  @Public()
  @Get('public')
  public() {}

  @Get('open')
  open() {}
}

@UseGuards(JwtGuard)
@Controller('class')
class ClassController {
  @Get('bare')
  bare(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @Public()
  @Get('public')
  public() {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {}
}

@Public()
@Controller('public-class')
class PublicClassController {
  @UseGuards(JwtGuard)
  @Get('bare')
  bare() {}

  @Get('open')
  open() {}
}

@JwtRequired({ refresh: true })
@Controller('refresh-class')
class RefreshClassController {
  @UseGuards(JwtGuard)
  @Get('bare')
  bare() {}
}

class OwnJwtGuard extends JwtGuard {}

@Controller('subclass')
class SubclassController {
  @UseGuards(OwnJwtGuard)
  @Get('bare')
  bare() {}
}

@UseGuards(JwtGuard)
@Controller('many')
class ManyController {
  @UseGuards(JwtGuard, OwnJwtGuard)
  @JwtRequired()
  @Get()
  read(@CurrentUser() user: unknown) {
    return { user };
  }
}

const CONTROLLERS = [MethodController, ClassController, PublicClassController, SubclassController];

describe.each(ADAPTERS)('@UseGuards(JwtGuard) on %s', (adapter) => {
  describe.each([
    ['alone', false],
    ['together with the global guard', true],
  ])('%s', (_how, globalGuard) => {
    const app = useJwtApp(adapter, {
      options: { globalGuard },
      controllers: globalGuard ? [...CONTROLLERS, RefreshClassController] : CONTROLLERS,
    });

    it.each(['/method/bare', '/class/bare', '/public-class/bare', '/subclass/bare'])(
      'means @JwtRequired() without another decorator: %s',
      async (path) => {
        expect(await app.get(path)).toMatchObject({ status: 401 });
        expect(await app.get(path, forge({ type: 'refresh' }))).toMatchObject({ status: 422 });
        expect(await app.get(path, forge())).toMatchObject({ status: 200 });
      },
    );

    it.each(['/method/public', '/method/open', '/class/public', '/class/optional', '/public-class/open'])(
      'does not change the declared requirement of %s',
      async (path) => {
        expect(await app.get(path)).toMatchObject({ status: 200 });
      },
    );

    it('checks the requirement of @JwtRequired() on the same handler', async () => {
      expect(await app.get('/method/refresh', forge())).toMatchObject({ status: 422 });
      expect(await app.get('/method/refresh', forge({ type: 'refresh' }))).toMatchObject({ status: 200 });
    });

    it('the handler sees the token', async () => {
      expect(await app.get('/method/bare', forge())).toEqual({ status: 200, body: { identity: 'alice' } });
    });
  });

  describe('bound several times', () => {
    let lookUps = 0;
    const app = useJwtApp(adapter, {
      options: { userLookup: () => `look-up ${++lookUps}` },
      controllers: [ClassController, ManyController],
    });

    it('checks the token once per request', async () => {
      expect(await app.get('/many', forge())).toEqual({ status: 200, body: { user: 'look-up 1' } });
      expect(await app.get('/many', forge())).toEqual({ status: 200, body: { user: 'look-up 2' } });
      expect(await app.get('/many')).toMatchObject({ status: 401 });
    });
  });

  describe('on a method of a class with a requirement', () => {
    const app = useJwtApp(adapter, { options: { globalGuard: false }, controllers: [RefreshClassController] });

    it('checks the requirement of the class', async () => {
      expect(await app.get('/refresh-class/bare', forge())).toMatchObject({ status: 422 });
      expect(await app.get('/refresh-class/bare', forge({ type: 'refresh' }))).toMatchObject({ status: 200 });
    });
  });
});
