import { Controller, Get, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { LoggerErrorInterceptor, LoggerModule } from 'nestjs-pino';
import { pinoHttp, type Options } from 'pino-http';
import {
  Jwt,
  JwtRequired,
  MemoryRevocationStore,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { jwtRedact } from 'nestjs-jwt-extended/pino';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, SECRET } from '../support/forge.js';
import type { Sending } from '../support/http-client.js';
import { withJwtApp, type JwtAppSetup, type TestApp } from '../support/jwt-app.js';

const PASSWORD = 'correct horse battery staple';
const CLAIM = 'a-personal-claim';

@UseInterceptors(LoggerErrorInterceptor)
@Controller()
class SessionController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @Post('login')
  async logIn(@Res({ passthrough: true }) response: HttpResponse) {
    const pair = await this.tokens.createTokenPair('alice', { claims: { email: CLAIM } });
    await this.cookies.setAccessCookies(response, pair.accessToken);
    await this.cookies.setRefreshCookies(response, pair.refreshToken);
    const answer = { access_token: pair.accessToken, refresh_token: pair.refreshToken };
    return answer;
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  async refresh(@Jwt() payload: JwtPayload) {
    const pair = await this.tokens.rotate(payload);
    return { access_token: pair.accessToken, refresh_token: pair.refreshToken };
  }

  @JwtRequired()
  @Get('me')
  me() {
    return {};
  }

  @Get('broken')
  async broken(@Req() { url = '' }: { url?: string }) {
    const token = new URL(url, 'http://a').searchParams.get('jwt') ?? '';
    await this.tokens.verify(token);
  }
}

/** Sends requests with tokens at each location, and returns these tokens. */
async function useTokens(app: TestApp, redactedName: string): Promise<string[]> {
  const send = (method: string, path: string, sending: Sending = {}) => app.send(method, path, sending);
  const { body, setCookies } = await send('POST', '/login', { body: { username: 'alice', password: PASSWORD } });
  const pair = body as { access_token: string; refresh_token: string };
  const refreshed = (await send('POST', '/refresh', { token: pair.refresh_token })).body as typeof pair;
  const forged = forge({ sub: 'mallory' }, { secret: OTHER_SECRET });
  const expired = forge({ exp: 1 });
  const cookie = setCookies.map((line) => line.split(';')[0]).join('; ');
  const answers = [
    await send('GET', '/me', { token: refreshed.access_token }),
    await send('GET', '/me', { headers: [['Cookie', cookie]] }),
    await send('GET', `/me?${redactedName}=${refreshed.access_token}`),
    await send('GET', `/me?a=1&${encodeURIComponent(redactedName).replace('t', '%74')}=${refreshed.access_token}`),
    await send('POST', '/me', { body: pair }),
    await send('GET', '/me', { token: forged }),
    await send('GET', '/me', { token: expired }),
    await send('GET', `/broken?${redactedName}=${expired}`),
    await send('GET', `/me?other=${forged}`, { headers: [['Referer', `https://a.example/?x=${forged}`]] }),
    await send('GET', '/me', { headers: [['X-Token', refreshed.access_token]] }),
    // A second use of the first refresh token ends the session.
    await send('POST', '/refresh', { token: pair.refresh_token }),
  ];
  expect(answers.map(({ status }) => status)).toContain(422);
  const csrfValues = setCookies.flatMap((line) => /^csrf_\w+=([^;]+)/.exec(line)?.[1] ?? []);
  expect(csrfValues).toHaveLength(2);
  return [...Object.values(pair), refreshed.access_token, forged, expired, ...csrfValues];
}

const OPTIONS = {
  secret: SECRET,
  tokenLocation: ['headers', 'cookies', 'query_string', 'json'] as const,
  rotation: { grace: 0 },
};

function setupWith(options: object, further: JwtAppSetup): JwtAppSetup {
  const revocation = { store: new MemoryRevocationStore() };
  return { options: { ...OPTIONS, revocation, ...options }, controllers: [SessionController], ...further };
}

const found = (lines: readonly string[], secrets: readonly string[]) =>
  secrets.filter((secret) => lines.some((line) => line.includes(secret)));

describe.each(ADAPTERS)('the log of pino-http on %s', (adapter) => {
  async function logOf(settings: Options, options: object = {}, name = 'jwt') {
    const lines: string[] = [];
    let tokens: string[] = [];
    const http = pinoHttp(settings, { write: (line: string) => void lines.push(line) });
    await withJwtApp(adapter, setupWith(options, { prepare: (app) => void app.use(http) }), async (app) => {
      tokens = await useTokens(app, name);
    });
    return { lines, tokens };
  }

  it('has the tokens without jwtRedact()', async () => {
    const { lines, tokens } = await logOf({});
    expect(found(lines, tokens)).toEqual(tokens);
  });

  it('has no token, password or claim with it, and still a line for each request', async () => {
    const { lines, tokens } = await logOf({ redact: jwtRedact() });
    expect(found(lines, [...tokens, PASSWORD, CLAIM, SECRET])).toEqual([]);
    expect(lines.filter((line) => line.includes('"responseTime"'))).toHaveLength(13);
    expect(lines.join('')).toContain('"url":"/me?a=1&');
  });

  it('follows the names of the options', async () => {
    const options = { queryString: { name: 'the-token' }, csrf: { access: { headerName: 'X-Access' } } };
    const { lines, tokens } = await logOf({ redact: jwtRedact(options) }, options, 'the-token');
    expect(found(lines, tokens)).toEqual([]);
    expect(lines.join('')).toContain('the-token=[Redacted]');
  });
});

describe('the log of nestjs-pino', () => {
  // nestjs-pino has one logger for the process.
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };

  it.each(ADAPTERS)('has no token, password or claim with jwtRedact() on %s', async (adapter) => {
    lines.length = 0;
    // Its default route matches nothing on Fastify.
    const forRoutes = ['{*splat}'];
    const imports = [LoggerModule.forRoot({ pinoHttp: [{ redact: jwtRedact() }, stream], forRoutes })];
    await withJwtApp(adapter, setupWith({}, { imports }), async (app) => {
      const tokens = await useTokens(app, 'jwt');
      expect(lines.filter((line) => line.includes('"responseTime"'))).toHaveLength(13);
      expect(found(lines, [...tokens, PASSWORD, CLAIM, SECRET])).toEqual([]);
    });
  });
});
