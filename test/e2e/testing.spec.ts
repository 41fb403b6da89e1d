import {
  Catch,
  Controller,
  Get,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  CurrentUser,
  Jwt,
  JwtExceptionFilter,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  setJwtContext,
  type JwtContext,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class ProfileController {
  @JwtRequired()
  @Get('profile')
  read(@JwtIdentity() identity: unknown, @Jwt('role') role: unknown, @CurrentUser('name') name: unknown) {
    return { identity, role, name };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: unknown, @CurrentUser() user: unknown) {
    return { identity, user };
  }
}

@Controller()
class BoundController {
  @UseGuards(JwtGuard)
  @Get('bound')
  bound(@JwtIdentity() identity: unknown, @Jwt('role') role: unknown, @CurrentUser('name') name: unknown) {
    return { identity, role, name };
  }
}

const CONTEXT: JwtContext = {
  token: 'made.up.token',
  header: { alg: 'none' },
  payload: { sub: 'tester', type: 'access', fresh: false, jti: null, role: 'admin' },
  location: 'headers',
  user: { name: 'Tess' },
};

/** Replaces the real guard in a test. The user is always Tess. */
class TestGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    setJwtContext(context.switchToHttp().getRequest<object>(), CONTEXT);
    return true;
  }
}

class AnonymousGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    setJwtContext(context, null);
    return true;
  }
}

@Catch()
class TestFilter {
  catch(_exception: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>();
    response.status(418).send('from the test');
  }
}

describe.each(ADAPTERS)('an application under test on %s', (adapter) => {
  const TESS = { status: 200, body: { identity: 'tester', role: 'admin', name: 'Tess' } };

  describe('overrideProvider(JwtGuard)', () => {
    const app = useJwtApp(adapter, {
      controllers: [ProfileController],
      customise: (builder) => builder.overrideProvider(JwtGuard).useClass(TestGuard),
    });

    it('replaces the global guard; setJwtContext() sets the user', async () => {
      expect(await app.get('/profile')).toEqual(TESS);
    });
  });

  describe('overrideGuard(JwtGuard)', () => {
    const app = useJwtApp(adapter, {
      options: { globalGuard: false },
      controllers: [BoundController],
      customise: (builder) => builder.overrideGuard(JwtGuard).useClass(TestGuard),
    });

    it('replaces a guard bound with @UseGuards()', async () => {
      expect(await app.get('/bound')).toEqual(TESS);
    });
  });

  describe('setJwtContext(context, null)', () => {
    const app = useJwtApp(adapter, {
      controllers: [ProfileController],
      customise: (builder) => builder.overrideProvider(JwtGuard).useClass(AnonymousGuard),
    });

    it('makes a request anonymous', async () => {
      expect(await app.get('/optional')).toEqual({ status: 200, body: { identity: null, user: null } });
    });
  });

  describe('overrideProvider(JwtExceptionFilter)', () => {
    const app = useJwtApp(adapter, {
      controllers: [ProfileController],
      customise: (builder) => builder.overrideProvider(JwtExceptionFilter).useClass(TestFilter),
    });

    it('replaces the filter', async () => {
      expect(await app.get('/profile')).toEqual({ status: 418, body: 'from the test' });
    });
  });
});
