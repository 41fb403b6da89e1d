import { Controller, Get, Req } from '@nestjs/common';
import { CurrentUser, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, forgeJson } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

class Account {
  constructor(readonly id: string) {}

  get name() {
    return this.id.toUpperCase();
  }
}

@Controller()
class UserController {
  @JwtRequired()
  @Get('user')
  user(@CurrentUser() user: unknown) {
    return { user };
  }

  @JwtRequired()
  @Get('name')
  name(@CurrentUser('name') name: unknown) {
    return { name };
  }

  @JwtRequired({ optional: true })
  @Get('request')
  request(@Req() request: { user?: unknown; account?: unknown }) {
    return { user: request.user, account: request.account };
  }
}

describe.each(ADAPTERS)('the current user on %s', (adapter) => {
  const serving = (options: JwtExtendedOptions) => ({ options, controllers: [UserController] });

  describe('with userLookup', () => {
    const app = useJwtApp(
      adapter,
      serving({ userLookup: async ({ sub }) => (sub?.startsWith('a') ? new Account(sub) : null) }),
    );

    it('is the answer of userLookup, with the properties of its class', async () => {
      expect(await app.get('/user', forge())).toEqual({ status: 200, body: { user: { id: 'alice' } } });
      expect(await app.get('/name', forge())).toEqual({ status: 200, body: { name: 'ALICE' } });
    });

    it('is also request.user, null for an anonymous request', async () => {
      expect(await app.get('/request', forge())).toEqual({ status: 200, body: { user: { id: 'alice' } } });
      expect(await app.get('/request')).toEqual({ status: 200, body: { user: null } });
    });

    it('is required, and the guard refuses a token without a user', async () => {
      expect(await app.get('/user', forge({ sub: 'bob' }))).toEqual({
        status: 401,
        body: { msg: 'Error loading the user bob' },
      });
    });
  });

  it.each([0, false, '', []])('may be %j, which is a user', async (user) => {
    await withJwtApp(adapter, serving({ userLookup: () => user }), async (app) => {
      expect(await app.get('/user', forge())).toEqual({ status: 200, body: { user } });
      expect(await app.get('/request', forge())).toEqual({ status: 200, body: { user } });
    });
  });

  it.each([null, undefined])('may not be %s, now or later', async (user) => {
    for (const userLookup of [() => user, async () => user]) {
      await withJwtApp(adapter, serving({ userLookup }), async (app) => {
        expect(await app.get('/user', forge())).toMatchObject({ status: 401 });
      });
    }
  });

  it('is named in the refusal by any type of identity', async () => {
    const options = { userLookup: () => null, verifySubject: false };
    await withJwtApp(adapter, serving(options), async (app) => {
      expect(await app.get('/user', forgeJson('sub', '{"id":1}'))).toMatchObject({ status: 401 });
      expect(await app.get('/user', forge({ sub: 7 }))).toEqual({
        status: 401,
        body: { msg: 'Error loading the user 7' },
      });
    });
  });

  describe('without userLookup', () => {
    const logger = new RecordingLogger();
    const app = useJwtApp(adapter, { ...serving({}), prepare: (nest) => nest.useLogger(logger) });

    it('cannot be read, and the log names the missing option', async () => {
      expect(await app.get('/user', forge())).toMatchObject({ status: 500 });
      expect(logger.errors.at(-1)).toContain('@CurrentUser() needs the option userLookup');
    });

    it('request.user is the payload', async () => {
      expect(await app.get('/request', forge())).toMatchObject({ status: 200, body: { user: { sub: 'alice' } } });
    });
  });

  it('requestProperty names the property of the request', async () => {
    const options = { requestProperty: 'account', userLookup: () => 'Alice' };
    await withJwtApp(adapter, serving(options), async (app) => {
      expect(await app.get('/request', forge())).toEqual({ status: 200, body: { account: 'Alice' } });
    });
  });

  it('requestProperty: false does not change the request', async () => {
    await withJwtApp(adapter, serving({ requestProperty: false }), async (app) => {
      expect(await app.get('/request', forge())).toEqual({ status: 200, body: {} });
    });
  });
});
