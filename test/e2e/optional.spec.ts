import { Controller, Get } from '@nestjs/common';
import { CurrentUser, Jwt, JwtHeader, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds, OTHER_SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class GreetingController {
  @JwtRequired({ optional: true })
  @Get('greeting')
  greet(
    @JwtIdentity() identity: unknown,
    @Jwt() payload: object,
    @JwtHeader() header: object,
    @Jwt('role') role: unknown,
  ) {
    return { identity, claims: Object.keys(payload).length, parameters: Object.keys(header).length, role: typeof role };
  }

  @JwtRequired({ optional: true })
  @Get('user')
  user(@CurrentUser() user: unknown, @CurrentUser('name') name: unknown) {
    return { user, name };
  }

  @JwtRequired({ optional: true, fresh: true })
  @Get('fresh')
  fresh() {}

  @JwtRequired({ optional: true, refresh: true })
  @Get('refresh')
  refresh() {}
}

const ANONYMOUS = { status: 200, body: { identity: null, claims: 0, parameters: 0, role: 'undefined' } };

describe.each(ADAPTERS)('an optional route on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { userLookup: ({ sub }) => (sub === 'alice' ? { name: 'Alice' } : null) },
    controllers: [GreetingController],
  });
  const withHeader = (value: string) => app.send('GET', '/greeting', { headers: [['Authorization', value]] });

  it('serves a request without a token as anonymous', async () => {
    expect(await app.get('/greeting')).toEqual(ANONYMOUS);
    expect(await app.get('/user')).toEqual({ status: 200, body: { user: null, name: null } });
  });

  it('finds the user of a valid token', async () => {
    expect(await app.get('/greeting', forge())).toMatchObject({ status: 200, body: { identity: 'alice' } });
    expect(await app.get('/user', forge())).toEqual({ status: 200, body: { user: { name: 'Alice' }, name: 'Alice' } });
  });

  it.each(['Basic YWxpY2U6cGFzcw==', 'bearer x', ',,,', ' ', 'Bearer a, Bearer b'])(
    'ignores the header %j, because it has no token',
    async (value) => {
      expect(await withHeader(value)).toEqual(ANONYMOUS);
    },
  );

  it.each(['Bearer', 'Bearer a b', 'Bearer garbage', 'Bearer a.b.c'])('refuses the broken header %j', async (value) => {
    expect(await withHeader(value)).toMatchObject({ status: 422 });
  });

  it.each([
    ['an expired token', 401, { exp: nowInSeconds() - 1 }],
    ['a token that is not valid yet', 422, { nbf: nowInSeconds() + 60 }],
    ['a refresh token', 422, { type: 'refresh' }],
    ['a token of an unknown user', 401, { sub: 'bob' }],
  ])('refuses %s', async (_what, status, claims) => {
    expect(await app.get('/greeting', forge(claims))).toMatchObject({ status });
  });

  it('refuses a forged token', async () => {
    expect(await app.get('/greeting', forge({}, { secret: OTHER_SECRET }))).toMatchObject({ status: 422 });
  });

  it('still requires a presented token to be fresh, or to be a refresh token', async () => {
    expect(await app.get('/fresh')).toMatchObject({ status: 200 });
    expect(await app.get('/fresh', forge())).toMatchObject({ status: 401, body: { msg: 'Fresh token required' } });
    expect(await app.get('/refresh')).toMatchObject({ status: 200 });
    expect(await app.get('/refresh', forge())).toMatchObject({ status: 422 });
  });
});
