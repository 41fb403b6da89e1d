import {
  Controller,
  Get,
  HttpException,
  Options,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { getJwtContext, JwtGuard, JwtRequired, Public, setJwtContext } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';

/** Reads the context, as a guard that decides by the user does. Its answer says what it found. */
class ReadingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    let found: string;
    try {
      found = getJwtContext(context)?.payload.sub ?? 'anonymous';
    } catch (error) {
      found = (error as Error).message;
    }
    throw new HttpException({ found }, 418);
  }
}

@Controller()
class DecoratedController {
  @JwtRequired()
  @Get('required')
  required() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    return {};
  }

  @JwtRequired()
  @Options('required')
  preflight() {
    return {};
  }

  @Get('open')
  open() {
    return {};
  }

  @Public()
  @Get('public')
  public() {
    return {};
  }
}

@Controller()
class BoundTooLateController {
  @UseGuards(ReadingGuard, JwtGuard)
  @Get('required')
  required() {
    return {};
  }

  @UseGuards(ReadingGuard, JwtGuard)
  @Get('optional')
  optional() {
    return {};
  }
}

@UseGuards(JwtGuard)
@Controller()
class BoundController {
  @JwtRequired()
  @Get('required')
  required() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    return {};
  }
}

const own = { provide: APP_GUARD, useClass: ReadingGuard };
const UNCHECKED = /^getJwtContext\(\) was called for \w+\.\w+, but JwtGuard has not checked its token yet\./;

/** Layouts in which Nest calls a guard of the application before ours. */
const TOO_EARLY: Record<string, JwtAppSetup> = {
  'a global guard, where ours is not global': {
    controllers: [BoundController],
    providers: [own],
    options: { globalGuard: false },
  },
  'a guard before JwtGuard in @UseGuards()': {
    controllers: [BoundTooLateController],
    options: { globalGuard: false },
  },
  'a guard of an application that replaced JwtGuard in a test': {
    controllers: [DecoratedController],
    providers: [own],
    customise: (builder) => builder.overrideProvider(JwtGuard).useValue({ canActivate: () => true }),
  },
};

describe.each(ADAPTERS)('getJwtContext() on %s', (adapter) => {
  describe.each(Object.entries(TOO_EARLY))('in %s', (_name, setup) => {
    it('throws before the check of a protected route, because null means an anonymous request', async () => {
      await withJwtApp(adapter, setup, async (app) => {
        for (const path of ['/required', '/optional']) {
          const { status, body } = await app.get(path, forge());
          expect(status).toBe(418);
          expect(body).toEqual({ found: expect.stringMatching(UNCHECKED) as string });
        }
      });
    });
  });

  it('returns null on routes that need no token, and for an exempt OPTIONS request', async () => {
    const setup = { controllers: [DecoratedController], providers: [own] };
    await withJwtApp(adapter, setup, async (app) => {
      const anonymous = { status: 418, body: { found: 'anonymous' } };
      expect(await app.get('/open', forge())).toEqual(anonymous);
      expect(await app.get('/public', forge())).toEqual(anonymous);
      expect(await app.get('/optional')).toEqual(anonymous);
      expect(await app.send('OPTIONS', '/required')).toEqual(anonymous);
      expect(await app.get('/optional', forge())).toEqual({ status: 418, body: { found: 'alice' } });
    });
  });

  it('throws with requireByDefault for a route without a decorator', async () => {
    const setup: JwtAppSetup = {
      controllers: [DecoratedController],
      providers: [own],
      options: { requireByDefault: true },
      customise: (builder) => builder.overrideProvider(JwtGuard).useValue({ canActivate: () => true }),
    };
    await withJwtApp(adapter, setup, async (app) => {
      expect(await app.get('/open')).toMatchObject({ body: { found: expect.stringMatching(UNCHECKED) as string } });
      expect(await app.get('/public')).toMatchObject({ body: { found: 'anonymous' } });
    });
  });

  it('returns what a test set in place of the check', async () => {
    const replacement: CanActivate = {
      canActivate: (context) => {
        setJwtContext(context, { payload: { sub: 'carol' } });
        return true;
      },
    };
    const setup: JwtAppSetup = {
      controllers: [DecoratedController],
      providers: [own],
      customise: (builder) => builder.overrideProvider(JwtGuard).useValue(replacement),
    };
    await withJwtApp(adapter, setup, async (app) => {
      expect(await app.get('/required')).toMatchObject({ body: { found: 'carol' } });
    });
  });
});
