import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import {
  Jwt,
  JwtExtendedModule,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { ADAPTERS, startApp, type RunningApp } from '../support/adapters.js';

@Controller()
class SessionController {
  constructor(@Inject(TokenService) private readonly tokens: TokenService) {}
  @Post('login')
  login() {
    return this.tokens.createTokenPair('alice', { fresh: true, device: 'test', claims: { role: 'admin' } });
  }
  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }
  @JwtRequired({ refresh: true })
  @Get('refresh-only')
  refreshOnly() {
    return { ok: true };
  }
  @JwtRequired()
  @Get('me')
  me(@Jwt() payload: JwtPayload) {
    return payload;
  }
  @JwtRequired({ verifyType: false })
  @Delete('logout')
  async logout(@Jwt() payload: JwtPayload) {
    await this.tokens.revoke(payload);
    return { ok: true };
  }
}

interface Pair {
  accessToken: string;
  refreshToken: string;
}

describe.each(ADAPTERS)('a session on %s', (adapter) => {
  let app: RunningApp;
  let tokens: TokenService;
  let passed = 0;
  const call = async (method: string, path: string, token?: string) => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const login = async () => (await call('POST', '/login')).body as unknown as Pair;

  beforeEach(async () => {
    passed = 0;
    app = await startApp(adapter, {
      imports: [
        JwtExtendedModule.forRoot({
          secret: 'a secret of more than thirty-two bytes',
          revocation: { store: new MemoryRevocationStore({ now: () => Date.now() + passed }) },
        }),
      ],
      controllers: [SessionController],
    });
    tokens = app.app.get(TokenService);
  });
  afterEach(() => app.close());

  it('has one sid in both tokens of a log-in', async () => {
    const pair = await login();
    const [access, refresh] = await Promise.all([tokens.verify(pair.accessToken), tokens.verify(pair.refreshToken)]);
    expect(access.payload.sid).toBe(refresh.payload.sid);
    expect(access.payload).toMatchObject({ fresh: true, role: 'admin', type: 'access' });
    expect((await call('GET', '/me', pair.accessToken)).status).toBe(200);
  });

  it('returns the same successor for each rotation of one token within grace', async () => {
    const pair = await login();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/refresh', pair.refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const next = answers[0]?.body as unknown as Pair;
    expect((await tokens.verify(next.accessToken)).payload).toMatchObject({
      fresh: false,
      role: 'admin',
      sub: 'alice',
    });
    expect((await call('GET', '/me', next.accessToken)).status).toBe(200);
    expect((await call('GET', '/me', pair.accessToken)).status).toBe(200);
    expect((await call('POST', '/refresh', next.refreshToken)).status).toBe(201);
  });

  it('ends if a replaced refresh token is presented after grace', async () => {
    const pair = await login();
    const next = (await call('POST', '/refresh', pair.refreshToken)).body as unknown as Pair;
    passed = 10_001;
    const replay = await call('GET', '/refresh-only', pair.refreshToken);
    expect(replay).toEqual({ status: 401, body: { msg: 'Token has been revoked' } });
    expect((await call('POST', '/refresh', next.refreshToken)).status).toBe(401);
    expect((await call('GET', '/me', next.accessToken)).status).toBe(401);
  });

  it('ends if its refresh token is revoked', async () => {
    const pair = await login();
    expect((await call('DELETE', '/logout', pair.refreshToken)).status).toBe(200);
    expect((await call('GET', '/me', pair.accessToken)).status).toBe(401);
  });

  it('stays open if only its access token is revoked', async () => {
    const pair = await login();
    await call('DELETE', '/logout', pair.accessToken);
    expect((await call('GET', '/me', pair.accessToken)).status).toBe(401);
    expect((await call('POST', '/refresh', pair.refreshToken)).status).toBe(201);
  });

  it('ends by revokeAllFor() unless it is exceptSession', async () => {
    const [one, two] = [await login(), await login()];
    const excepted = (await tokens.verify(one.accessToken)).payload.sid as string;
    expect(await tokens.listSessions('alice')).toHaveLength(2);
    await tokens.revokeAllFor('alice', { exceptSession: excepted });
    expect((await call('GET', '/me', one.accessToken)).status).toBe(200);
    expect((await call('GET', '/me', two.accessToken)).status).toBe(401);
    expect((await tokens.listSessions('alice')).map(({ sid, device }) => ({ sid, device }))).toEqual([
      { sid: excepted, device: 'test' },
    ]);
  });
});
