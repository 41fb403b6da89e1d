import { Controller, Get, Post, Res } from '@nestjs/common';
import {
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  TokenCookieService,
  TokenService,
  type HttpResponse,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @Post('log-in')
  async logIn(@Res({ passthrough: true }) response: HttpResponse) {
    const { accessToken, refreshToken } = await this.tokens.createTokenPair('alice');
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { accessToken, refreshToken };
  }

  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: string) {
    return { identity };
  }
}

const clock = useTestClock();

describe.each(ADAPTERS)('a token with notBeforeDelta on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: {
      notBeforeDelta: '10s',
      tokenLocation: ['headers', 'cookies'],
      revocation: { store: new MemoryRevocationStore() },
    },
    controllers: [RoutesController],
  });

  const logIn = async () => {
    const answer = await app.send('POST', '/log-in');
    expect(answer).toMatchObject({ status: 201 });
    const [cookie = ''] = answer.setCookies.filter((line) => line.startsWith('access_token_cookie='));
    return {
      ...(answer.body as { accessToken: string; refreshToken: string }),
      cookie: cookie.split(';')[0] as string,
    };
  };

  it('can be set as a cookie at once, and is accepted when its time has come', async () => {
    const { accessToken, cookie } = await logIn();
    const early = { status: 422, body: { msg: 'The token is not yet valid (nbf)' } };
    expect(await app.send('GET', '/me', { headers: [['Cookie', cookie]] })).toEqual(early);
    expect(await app.get('/me', accessToken)).toEqual(early);
    clock.advance(10);
    expect(await app.send('GET', '/me', { headers: [['Cookie', cookie]] })).toMatchObject({ status: 200 });
    expect(await app.get('/me', accessToken)).toMatchObject({ status: 200 });
  });

  it('can be revoked before its time, and names its session', async () => {
    const { accessToken, refreshToken } = await logIn();
    const second = await app.tokens.createAccessToken('alice', { session: refreshToken });
    await app.tokens.revoke(accessToken);
    clock.advance(10);
    expect(await app.get('/me', accessToken)).toMatchObject({ status: 401, body: { msg: 'Token has been revoked' } });
    expect(await app.get('/me', second)).toMatchObject({ status: 200 });
  });
});
