import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  Injectable,
  Logger,
  Post,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  Jwt,
  JwtAuthenticator,
  JwtIdentity,
  JwtRequired,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtExtendedOptions,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { of } from 'rxjs';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { claimsOf, forge, nowInSeconds, readToken } from '../support/forge.js';
import type { Answer } from '../support/http-client.js';
import { useJwtApp, type TestApp } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Injectable()
class OwnGuard implements CanActivate {
  constructor(private readonly authenticator: JwtAuthenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.authenticator.authenticate(context);
    return true;
  }
}

const revoked = new Set<unknown>();

@JwtRequired()
@Controller()
class RoutesController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @Get('read')
  read(@JwtIdentity() identity: string) {
    return { identity };
  }

  @Post('change')
  change() {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {}

  @JwtRequired({ refresh: true })
  @Get('refresh')
  refresh() {}

  @JwtRequired({ verifyType: false })
  @Get('any')
  any() {}

  @JwtRequired({ skipRevocationCheck: true })
  @Get('revoked-too')
  revokedToo() {}

  @Get('fails')
  fails() {
    throw new BadRequestException();
  }

  @Get('crashes')
  crashes() {
    throw new Error('A mistake');
  }

  @Delete('revoked')
  logOut(@Jwt() { jti }: JwtPayload) {
    revoked.add(jti);
  }

  @Delete('cleared')
  clear(@Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetJwtCookies(response);
  }

  @Delete('cleared-refresh')
  clearRefresh(@Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetRefreshCookies(response);
  }

  @Post('set')
  async set(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('bob'));
  }

  @Get('own-cookie')
  ownCookie(@Res({ passthrough: true }) response: HttpResponse & { header(name: string, value: string): void }) {
    response.header('Set-Cookie', 'own=1');
  }

  @Get('sent')
  sent(@Res() response: { send(body: string): void }) {
    response.send('sent');
  }

  @Get('file')
  file() {
    return new StreamableFile(Buffer.from('content'));
  }

  @Get('many')
  many() {
    return of(1, 2, 3);
  }

  @Sse('events')
  events() {
    return of({ data: 'one' }, { data: 'two' });
  }
}

@UseGuards(OwnGuard)
@Controller('guarded')
class GuardedController {
  @Get()
  read() {}
}

@Controller('open')
class OpenController {
  @Get()
  open() {}
}

const ON: JwtExtendedOptions = {
  tokenLocation: ['cookies', 'headers', 'query_string', 'json'],
  accessTokenExpires: '1h',
  implicitRefresh: { within: '30m' },
  isTokenRevoked: ({ jti }) => revoked.has(jti),
};
const setup = (options: JwtExtendedOptions = {}) => ({
  controllers: [RoutesController, GuardedController, OpenController],
  options: { ...ON, ...options },
});

/** A request with a token in its access cookie. */
function send(app: TestApp, route: string, token: string): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const csrf = String(readToken(token).claims.csrf ?? '');
  return app.send(method, path, {
    headers: [
      ['Cookie', `access_token_cookie=${token}`],
      ['X-CSRF-TOKEN', csrf],
    ],
  });
}

/** The claims of the access token that a response sets, or `null`. */
function renewed(answer: Answer): Record<string, unknown> | null {
  const line = answer.setCookies.find((each) => each.startsWith('access_token_cookie=ey'));
  return line === undefined ? null : readToken(line.slice(line.indexOf('=') + 1, line.indexOf(';'))).claims;
}

useTestClock();

/** An access token with a remaining lifetime in seconds. */
const expiringIn = (seconds: number, claims: object = {}) =>
  forge({ csrf: 'a-value', exp: nowInSeconds() + seconds, ...claims });
const soon = (claims?: object) => expiringIn(600, claims);

describe.each(ADAPTERS)('a cookie that expires soon on %s', (adapter) => {
  const app = useJwtApp(adapter, setup());

  it('is renewed, with its CSRF cookie', async () => {
    const answer = await send(app, 'GET /read', soon());
    expect(answer).toEqual({ status: 200, body: { identity: 'alice' } });
    const claims = renewed(answer);
    expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual(['access_token_cookie', 'csrf_access_token']);
    expect(answer.setCookies[0]).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(answer.setCookies[1]).toBe(`csrf_access_token=${String(claims?.csrf)}; Path=/; Secure; SameSite=Lax`);
    expect(claims?.exp).toBe(nowInSeconds() + 3_600);
  });

  it('is renewed, and the new token works at once', async () => {
    const answer = await send(app, 'GET /read', soon());
    const token = /^access_token_cookie=([^;]+)/.exec(answer.setCookies[0] ?? '')?.[1] ?? '';
    const next = await send(app, 'POST /change', token);
    expect(next).toMatchObject({ status: 201 });
    expect(renewed(next)).toBeNull();
  });

  it('copies identity and own claims, and renews the other claims', async () => {
    const own = { role: 'admin', nested: { list: [1, null] }, zero: 0, tenant: null };
    const old = soon({ ...own, fresh: true, jti: 'old', aud: 'elsewhere' });
    const claims = renewed(await send(app, 'GET /read', old));
    expect(claims).toMatchObject({ sub: 'alice', type: 'access', ...own });
    expect(claims?.jti).not.toBe('old');
    expect(claims?.csrf).not.toBe('a-value');
    expect(claims).not.toHaveProperty('aud');
  });

  it.each([true, nowInSeconds() + 10_000])('is not fresh after a renewal, even if it was: %p', async (fresh) => {
    expect(renewed(await send(app, 'GET /read', soon({ fresh })))).toMatchObject({ fresh: false });
  });

  it.each(['POST /change', 'GET /optional', 'GET /any', 'GET /guarded', 'GET /own-cookie'])(
    'is renewed by %s too',
    async (route) => {
      expect(renewed(await send(app, route, soon()))).toMatchObject({ sub: 'alice' });
    },
  );

  it('is renewed once, even if the handler returns several values', async () => {
    for (const route of ['GET /many', 'GET /file']) {
      const answer = await send(app, route, soon());
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.setCookies.filter((line) => line.startsWith('access_token_cookie='))).toHaveLength(1);
    }
  });

  it('is renewed together with a cookie of the application', async () => {
    const names = (await send(app, 'GET /own-cookie', soon())).setCookies.map((line) => line.split('=')[0]);
    expect(names).toEqual(['own', 'access_token_cookie', 'csrf_access_token']);
  });

  it.each([1_799, 60, 1])('is renewed with %d s left', async (seconds) => {
    expect(renewed(await send(app, 'GET /read', expiringIn(seconds)))).not.toBeNull();
  });

  it('is renewed for each of several requests at the same time', async () => {
    const token = soon();
    const answers = await Promise.all([1, 2, 3].map(() => send(app, 'GET /read', token)));
    const ids = answers.map((answer) => renewed(answer)?.jti);
    expect(new Set(ids).size).toBe(3);
  });
});

describe.each(ADAPTERS)('a cookie is not renewed on %s', (adapter) => {
  const app = useJwtApp(adapter, setup());

  it('when its token has enough time left, or never expires', async () => {
    for (const token of [expiringIn(1_801), expiringIn(100_000), forge({ csrf: 'a-value', exp: undefined })]) {
      const answer = await send(app, 'GET /read', token);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.setCookies).toEqual([]);
    }
  });

  it('when its token is refused: expired, revoked, forged', async () => {
    revoked.add('revoked');
    for (const token of [expiringIn(-1), soon({ jti: 'revoked' }), forge({}, { secret: 'xy'.repeat(32) })]) {
      const answer = await send(app, 'GET /read', token);
      expect([401, 422]).toContain(answer.status);
      expect(answer.setCookies).toEqual([]);
    }
  });

  it('when its token is revoked and the route does not check revocation', async () => {
    revoked.add('revoked');
    const answer = await send(app, 'GET /revoked-too', soon({ jti: 'revoked' }));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.setCookies).toEqual([]);
  });

  it('when the handler revoked its token, so that a log-out is not undone', async () => {
    const answer = await send(app, 'DELETE /revoked', soon({ jti: `logged-out-${adapter}` }));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.setCookies).toEqual([]);
  });

  it('when the handler deleted it, or the refresh cookie', async () => {
    const cleared = await send(app, 'DELETE /cleared', soon());
    expect(cleared.setCookies).toHaveLength(4);
    expect(cleared.setCookies.every((line) => line.includes('=; '))).toBe(true);
    expect(renewed(await send(app, 'DELETE /cleared-refresh', soon()))).toBeNull();
  });

  it('when the handler set another token', async () => {
    const answer = await send(app, 'POST /set', soon());
    expect(answer.setCookies).toHaveLength(2);
    expect(renewed(answer)).toMatchObject({ sub: 'bob' });
  });

  it('when the handler failed', async () => {
    expect((await send(app, 'GET /fails', soon())).setCookies).toEqual([]);
    const crashed = await send(app, 'GET /crashes', soon());
    expect(crashed).toMatchObject({ status: 500 });
    expect(crashed.setCookies).toEqual([]);
  });

  it('when the token was in another location', async () => {
    const token = soon();
    const cookie = ['Cookie', 'access_token_cookie='] as const;
    for (const answer of [
      await app.send('GET', '/read', { token, headers: [cookie] }),
      await app.get(`/read?jwt=${token}`),
      await app.send('POST', '/change', { body: { access_token: token } }),
    ]) {
      expect([200, 201]).toContain(answer.status);
      expect(answer.setCookies).toEqual([]);
    }
  });

  it('when the token is a refresh token, in either cookie', async () => {
    const token = soon({ type: 'refresh' });
    expect((await send(app, 'GET /any', token)).setCookies).toEqual([]);
    const headers = [['Cookie', `refresh_token_cookie=${token}`]] as const;
    const answer = await app.send('GET', '/refresh', { headers });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.setCookies).toEqual([]);
  });

  it('when the route did not verify it, or without a token', async () => {
    for (const route of ['GET /open', 'GET /nowhere']) expect((await send(app, route, soon())).setCookies).toEqual([]);
    expect((await app.get('/optional')).setCookies).toEqual([]);
  });

  it('when the response was sent', async () => {
    const answer = await send(app, 'GET /sent', soon());
    expect(answer).toEqual({ status: 200, body: 'sent' });
    expect(answer.setCookies).toEqual([]);
  });

  it('or is renewed once, when the response is a stream of events', async () => {
    const events = await send(app, 'GET /events', soon());
    expect(events).toMatchObject({ status: 200, body: expect.stringContaining('data: two') });
    expect(events.setCookies.filter((line) => line.startsWith('access_token_cookie=')).length).toBeLessThan(2);
  });
});

describe.each(ADAPTERS)('the option implicitRefresh on %s', (adapter) => {
  describe.each([undefined, false] as const)('%p', (implicitRefresh) => {
    const app = useJwtApp(adapter, setup({ implicitRefresh }));

    it('renews no token', async () => {
      expect((await send(app, 'GET /read', soon())).setCookies).toEqual([]);
    });
  });

  describe('with notBeforeDelta', () => {
    const app = useJwtApp(adapter, setup({ notBeforeDelta: '1m' }));

    it('renews a token with one that is valid at once', async () => {
      const claims = renewed(await send(app, 'GET /read', forge({ csrf: 'a', exp: nowInSeconds() + 60 })));
      expect(claims?.nbf).toBe(claims?.iat);
      expect(claims?.nbf).toEqual(expect.any(Number));
    });
  });

  describe('longer than tokens live', () => {
    const app = useJwtApp(adapter, setup({ implicitRefresh: { within: '2h' } }));

    it('never shortens the lifetime of a token', async () => {
      expect(renewed(await send(app, 'GET /read', soon()))).not.toBeNull();
      expect(renewed(await send(app, 'GET /read', expiringIn(3_700)))).toBeNull();
    });
  });

  describe('with callbacks', () => {
    const users: unknown[] = [];
    const app = useJwtApp(
      adapter,
      setup({
        userLookup: ({ sub }) => ({ id: sub, name: 'Alice' }),
        userIdentity: () => 'never asked: the identity is copied',
        additionalClaims: (user) => {
          users.push(user);
          return { role: 'user' };
        },
        issuer: 'me',
      }),
    );

    it('calls the callbacks for claims, with the user', async () => {
      users.length = 0;
      const claims = renewed(await send(app, 'GET /read', soon({ iss: 'me', role: 'admin' })));
      expect(claims).toMatchObject({ sub: 'alice', role: 'user', iss: 'me' });
      expect(users).toEqual([{ id: 'alice', name: 'Alice' }]);
    });
  });

  describe('with a callback that fails', () => {
    const additionalClaims = () => {
      throw new Error('The database is down');
    };
    const logger = new RecordingLogger();
    const app = useJwtApp(adapter, {
      ...setup({ additionalClaims }),
      prepare: () => Logger.overrideLogger(logger),
    });
    afterAll(() => Logger.overrideLogger(false));

    it('does not change the response, and logs a warning', async () => {
      const answer = await send(app, 'POST /change', soon());
      expect(answer).toMatchObject({ status: 201 });
      expect(answer.setCookies).toEqual([]);
      expect(logger.warnings.join()).toContain('The database is down');
    });
  });

  describe('with claims that do not fit in a cookie', () => {
    const logger = new RecordingLogger();
    const app = useJwtApp(adapter, {
      ...setup({ additionalClaims: () => ({ roles: 'secret-role'.repeat(400) }) }),
      prepare: () => Logger.overrideLogger(logger),
    });
    afterAll(() => Logger.overrideLogger(false));

    it('does not renew the token, and logs the size of the claims', async () => {
      const answer = await send(app, 'GET /read', soon());
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.setCookies).toEqual([]);
      expect(logger.warnings.join()).toContain('claim "roles" (4402 bytes)');
      expect(logger.warnings.join()).not.toContain('secret-role');
    });
  });

  describe('without CSRF protection', () => {
    const app = useJwtApp(adapter, setup({ csrf: false, cookies: { session: false } }));

    it('sets one cookie, with the configured attributes', async () => {
      const answer = await send(app, 'GET /read', soon());
      expect(answer.setCookies).toEqual([expect.stringContaining('; Max-Age=31540000; ')]);
      expect(renewed(answer)).not.toHaveProperty('csrf');
    });
  });

  describe('with leeway', () => {
    const app = useJwtApp(adapter, setup({ leeway: '1m' }));

    it('renews a token that the guard still accepts', async () => {
      expect(renewed(await send(app, 'GET /read', expiringIn(-10)))).not.toBeNull();
      expect(await send(app, 'GET /read', expiringIn(-70))).toMatchObject({ status: 401 });
    });
  });

  describe('with another identity claim', () => {
    const app = useJwtApp(adapter, setup({ identityClaim: 'user_id' }));

    it('copies that claim, of any type', async () => {
      const token = forge({ ...claimsOf({ sub: undefined }), csrf: 'a-value', user_id: 42 });
      const claims = renewed(await send(app, 'GET /read', token));
      expect(claims).toMatchObject({ user_id: 42 });
    });
  });
});
