import { Controller, Get } from '@nestjs/common';
import { Jwt, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, forgeJson } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class TypesController {
  @JwtRequired()
  @Get('access')
  access(@Jwt('type') type: unknown) {
    return { type };
  }

  @JwtRequired({ refresh: true })
  @Get('refresh')
  refresh(@Jwt('type') type: unknown) {
    return { type };
  }

  @JwtRequired({ verifyType: false })
  @Get('any')
  any(@Jwt('type') type: unknown) {
    return { type };
  }

  @JwtRequired({ verifyType: false, refresh: true })
  @Get('any-refresh')
  anyRefresh(@Jwt('type') type: unknown) {
    return { type };
  }
}

const NO_REFRESH = { status: 422, body: { msg: 'Only non-refresh tokens are allowed' } };
const ONLY_REFRESH = { status: 422, body: { msg: 'Only refresh tokens are allowed' } };

describe.each(ADAPTERS)('the type of a token on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers: [TypesController] });

  it('access: only access routes accept the token', async () => {
    const token = await app.tokens.createAccessToken('alice');
    expect(await app.get('/access', token)).toEqual({ status: 200, body: { type: 'access' } });
    expect(await app.get('/refresh', token)).toEqual(ONLY_REFRESH);
  });

  it('refresh: only refresh routes accept the token', async () => {
    const token = await app.tokens.createRefreshToken('alice');
    expect(await app.get('/refresh', token)).toEqual({ status: 200, body: { type: 'refresh' } });
    expect(await app.get('/access', token)).toEqual(NO_REFRESH);
  });

  it('missing: the token counts as an access token', async () => {
    const token = forge({ type: undefined });
    expect(await app.get('/access', token)).toEqual({ status: 200, body: { type: 'access' } });
    expect(await app.get('/refresh', token)).toEqual(ONLY_REFRESH);
  });

  it.each(['"password-reset"', '"Access"', '"Refresh"', '"refresh "', '""', 'null', '["refresh"]', '["access"]', '1'])(
    '%s of the application: access and refresh routes refuse the token',
    async (json) => {
      const token = forgeJson('type', json);
      expect(await app.get('/access', token)).toMatchObject({ status: 422 });
      expect(await app.get('/refresh', token)).toEqual(ONLY_REFRESH);
    },
  );

  it('does not matter on a route with verifyType: false', async () => {
    for (const path of ['/any', '/any-refresh']) {
      for (const type of ['access', 'refresh', 'password-reset']) {
        expect(await app.get(path, forge({ type }))).toEqual({ status: 200, body: { type } });
      }
    }
  });

  it('can be set by the claim type', async () => {
    const token = await app.tokens.createAccessToken('alice', { claims: { type: 'refresh' } });
    expect(await app.get('/refresh', token)).toMatchObject({ status: 200 });
    expect(await app.get('/access', token)).toEqual(NO_REFRESH);
  });
});
