import { Controller, Get, UseGuards, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import { logIn, logInModule, useLogInApp, type LogInSetup } from '../support/log-in-app.js';

// Only on Nest 11: @nestjs/throttler is CommonJS, and Jest cannot require Nest 12 on every Node version.

function throttler(): DynamicModule {
  return ThrottlerModule.forRoot({ throttlers: [{ limit: 100, ttl: 60_000 }] });
}

describe.each(ADAPTERS)('under @nestjs/throttler on %s', (adapter) => {
  @Controller()
  class OpenController {
    @Get('open')
    open() {
      return {};
    }
  }
  const limited: LogInSetup = {
    decorators: [UseGuards(ThrottlerGuard), Throttle({ default: { limit: 3, ttl: 60_000 } })],
    routes: { me: true },
  };
  const statuses = async (app: TestApp, count: number) => {
    const answers: number[] = [];
    for (let sent = 0; sent < count; sent++)
      answers.push((await logIn(app, { username: 'alice', password: 'x' })).status);
    return answers;
  };

  describe('on the log-in alone', () => {
    const app = useLogInApp(adapter, limited, {}, { imports: [throttler(), logInModule(limited)] });

    it('attempts are limited, and no other route', async () => {
      expect(await statuses(app, 5)).toEqual([401, 401, 401, 429, 429]);
      expect(await logIn(app)).toMatchObject({ status: 429 });
      for (let sent = 0; sent < 5; sent++) expect(await app.get('/auth/me')).toMatchObject({ status: 401 });
    });
  });

  describe('as a guard of the whole application', () => {
    const few = ThrottlerModule.forRoot({ throttlers: [{ limit: 2, ttl: 60_000 }] });
    const app = useLogInApp(
      adapter,
      {},
      {},
      {
        imports: [few, logInModule()],
        controllers: [OpenController],
        providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
      },
    );

    it('attempts are limited too', async () => {
      expect(await statuses(app, 3)).toEqual([401, 401, 429]);
      expect(await app.get('/open')).toMatchObject({ status: 200 });
    });
  });

  it('two log-ins have limits of their own', async () => {
    const imports = [throttler(), logInModule(limited), logInModule({ ...limited, path: 'admin' })];
    await withJwtApp(adapter, { imports }, async (app) => {
      expect(await statuses(app, 4)).toEqual([401, 401, 401, 429]);
      expect(await app.send('POST', '/admin', { body: { username: 'alice', password: 'x' } })).toMatchObject({
        status: 401,
      });
    });
  });
});
