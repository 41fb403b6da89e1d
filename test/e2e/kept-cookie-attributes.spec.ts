import { Body, Controller, Delete, Get, HttpCode, Post, Res } from '@nestjs/common';
import { parseSetCookie } from 'cookie';
import {
  JwtIdentity,
  JwtRequired,
  Jwt,
  MemoryRevocationStore,
  setJwtContext,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtExtendedOptions,
  type JwtPayload,
  type SetCookieOptions,
  type UnsetCookieOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge, nowInSeconds, readToken, SECRET } from '../support/forge.js';
import type { Answer } from '../support/http-client.js';
import { useJwtApp, type TestApp } from '../support/jwt-app.js';

@Controller()
class SessionController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  /** Returns the tokens that it made, without the claim that the cookie service adds. */
  @Post('log-in')
  async logIn(@Body() options: SetCookieOptions, @Res({ passthrough: true }) response: HttpResponse) {
    const pair = await this.tokens.createTokenPair('alice', { fresh: true, accessExpires: '10m' });
    await this.cookies.setAccessCookies(response, pair.accessToken, options);
    await this.cookies.setRefreshCookies(response, pair.refreshToken, options);
    return pair;
  }

  @JwtRequired()
  @Get('read')
  read(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('refresh')
  async refresh(@JwtIdentity() identity: string, @Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken(identity));
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('rotate')
  async rotate(@Jwt() payload: JwtPayload, @Res({ passthrough: true }) response: HttpResponse) {
    const pair = await this.tokens.rotate(payload);
    await this.cookies.setAccessCookies(response, pair.accessToken);
    await this.cookies.setRefreshCookies(response, pair.refreshToken);
  }

  @JwtRequired()
  @Post('become-bob')
  async becomeBob(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('bob'));
  }

  @JwtRequired()
  @Post('move')
  async move(@JwtIdentity() identity: string, @Res({ passthrough: true }) response: HttpResponse) {
    const options = { domain: 'new.example', maxAge: '1d' } as const;
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken(identity), options);
  }

  @JwtRequired()
  @Delete('log-out')
  logOut(@Body() options: UnsetCookieOptions | undefined, @Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetJwtCookies(response, options ?? {});
  }

  @Delete('open')
  open(@Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetJwtCookies(response);
  }
}

const ON: JwtExtendedOptions = {
  tokenLocation: 'cookies',
  accessTokenExpires: '1h',
  implicitRefresh: { within: '30m' },
};
const setup = (options: JwtExtendedOptions = {}) => ({
  controllers: [SessionController],
  options: { ...ON, ...options },
});

/** The attributes of the cookies of a response, by name. */
function attributesOf(
  answer: Answer,
): Record<string, { domain?: string; maxAge?: number; expires?: Date; value: string }> {
  const cookies = answer.setCookies.map((line) => parseSetCookie(line));
  return Object.fromEntries(
    cookies.map(({ name, domain, maxAge, expires, value }) => [name, { domain, maxAge, expires, value: value ?? '' }]),
  );
}

/** A browser: it stores the cookies of each response by name and domain, and sends only their values. */
class Browser {
  private readonly cookies = new Map<string, { name: string; value: string; persists: boolean }>();

  constructor(private readonly app: TestApp) {}

  async send(route: string, body?: object): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ');
    const proof = path === '/refresh' || path === '/rotate' ? 'csrf_refresh_token' : 'csrf_access_token';
    const stored = [...this.cookies.values()];
    const headers = [
      ['Cookie', stored.map(({ name, value }) => `${name}=${value}`).join('; ')],
      ['X-CSRF-TOKEN', stored.find(({ name }) => name === proof)?.value ?? ''],
    ] as const;
    const answer = await this.app.send(method, path, { headers, body });
    for (const line of answer.setCookies) this.store(line);
    return answer;
  }

  private store(line: string): void {
    const { name, value = '', domain = '', maxAge, expires } = parseSetCookie(line);
    const key = `${name} ${domain}`;
    if (expires?.getTime() === 0) this.cookies.delete(key);
    else this.cookies.set(key, { name, value, persists: maxAge !== undefined });
  }

  /** `name domain` of each cookie, with `*` if the cookie survives the end of the browser. */
  get stored(): string[] {
    return [...this.cookies].map(([key, { persists }]) => `${key}${persists ? '*' : ''}`).sort();
  }
}

const NAMES = ['access_token_cookie', 'csrf_access_token', 'csrf_refresh_token', 'refresh_token_cookie'];
const all = (domain: string, persists = '') => NAMES.map((name) => `${name} ${domain}${persists}`);

useTestClock();

describe.each(ADAPTERS)('with implicit refresh on %s', (adapter) => {
  const app = useJwtApp(adapter, setup());

  it.each<[SetCookieOptions, { domain?: string; maxAge?: number }]>([
    [
      { domain: 'a.example', maxAge: '7d' },
      { domain: 'a.example', maxAge: 604_800 },
    ],
    [{ domain: 'a.example' }, { domain: 'a.example' }],
    [{ maxAge: 600 }, { maxAge: 600 }],
    [{ maxAge: 'token' }, { maxAge: 3_600 }],
    [{}, {}],
  ])('a renewal repeats the attributes of the log-in: %j', async (options, expected) => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', options);
    const before = browser.stored;
    const renewed = await browser.send('GET /read');
    expect(renewed).toEqual({ status: 200, body: { identity: 'alice' } });
    const { access_token_cookie: access, csrf_access_token: csrf, ...others } = attributesOf(renewed);
    for (const cookie of [access, csrf]) {
      expect([cookie?.domain, cookie?.maxAge]).toEqual([expected.domain, expected.maxAge]);
    }
    expect(others).toEqual({});
    expect(browser.stored).toEqual(before);
  });

  it('a second renewal repeats them too', async () => {
    const logIn = await new Browser(app).send('POST /log-in', { domain: 'a.example', maxAge: 'token' });
    const { claims } = readToken(attributesOf(logIn).access_token_cookie?.value ?? '');
    let token = forge({ ...claims, exp: nowInSeconds() + 60 });
    for (let count = 0; count < 3; count++) {
      const answer = await app.send('GET', '/read', { headers: [['Cookie', `access_token_cookie=${token}`]] });
      const cookie = attributesOf(answer).access_token_cookie;
      expect(cookie).toMatchObject({ domain: 'a.example', maxAge: 3_600 });
      token = forge({ ...readToken(cookie?.value ?? '').claims, exp: nowInSeconds() + 60 });
    }
  });

  it('log-out deletes the cookies with the domain of the log-in', async () => {
    for (const withDomain of [undefined, {}, { domain: '' }]) {
      const browser = new Browser(app);
      await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
      expect(browser.stored).toEqual(all('a.example', '*'));
      expect(await browser.send('DELETE /log-out', withDomain)).toMatchObject({ status: 200 });
      expect(browser.stored).toEqual([]);
    }
  });

  it('log-out with a domain deletes those cookies too', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example' });
    const answer = await browser.send('DELETE /log-out', { domain: 'old.example' });
    expect(browser.stored).toEqual([]);
    const domains = answer.setCookies.map((line) => parseSetCookie(line).domain);
    expect(domains.filter((domain) => domain === 'old.example')).toHaveLength(4);
    expect(domains).toHaveLength(8);
  });

  it('log-out uses the domain of the option if the request has no token', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example' });
    const answer = await browser.send('DELETE /open');
    expect(answer.setCookies.map((line) => parseSetCookie(line).domain)).toEqual(Array(4).fill(undefined));
  });

  it('a refresh route sets its new token with the attributes of the log-in', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    expect(await browser.send('POST /refresh')).toMatchObject({ status: 200 });
    expect(browser.stored).toEqual(all('a.example', '*'));
    const renewed = await browser.send('DELETE /log-out');
    expect(renewed).toMatchObject({ status: 200 });
    expect(browser.stored).toEqual([]);
  });

  it('attributes of a later call replace those of the log-in', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    const { access_token_cookie: moved } = attributesOf(await browser.send('POST /move'));
    expect(moved).toMatchObject({ domain: 'new.example', maxAge: 86_400 });
    expect(readToken(moved?.value ?? '').claims.cookie_attributes).toEqual({ domain: 'new.example', max_age: 86_400 });
  });

  it('the token of another user gets none of them', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    const { access_token_cookie: ofBob } = attributesOf(await browser.send('POST /become-bob'));
    expect([ofBob?.domain, ofBob?.maxAge]).toEqual([undefined, undefined]);
  });

  it('the token in the cookie is the token of the call, with one more claim', async () => {
    const answer = await new Browser(app).send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    const pair = answer.body as { accessToken: string; refreshToken: string };
    const cookies = attributesOf(answer);
    for (const [made, name] of [
      [pair.accessToken, 'access_token_cookie'],
      [pair.refreshToken, 'refresh_token_cookie'],
    ] as const) {
      const [before, after] = [readToken(made), readToken(cookies[name]?.value ?? '')];
      const cookie_attributes = { domain: 'a.example', max_age: 604_800 };
      expect(after).toMatchObject({ header: before.header, claims: { ...before.claims, cookie_attributes } });
      expect(Object.keys(after.claims)).toEqual([...Object.keys(before.claims), 'cookie_attributes']);
    }
    expect(cookies.csrf_access_token?.value).toBe(readToken(pair.accessToken).claims.csrf);
  });

  it('the token does not change without attributes, or with a lifetime that deletes the cookie', async () => {
    for (const options of [{}, { domain: '' }, { maxAge: 0 }, { maxAge: -1 }]) {
      const answer = await new Browser(app).send('POST /log-in', options);
      const { accessToken } = answer.body as { accessToken: string };
      expect(answer.setCookies[0]).toContain(`access_token_cookie=${accessToken};`);
    }
  });

  it.each<[string, unknown]>([
    ['a text', 'x'],
    ['a list', ['a.example']],
    ['null', null],
    ['a domain with an attribute', { domain: 'a.example; Path=/x', max_age: -1 }],
    ['values of other types', { domain: 1, max_age: '7d' }],
  ])('a claim of another form is ignored: %s', async (_, cookie_attributes) => {
    const token = forge({ csrf: 'a-value', exp: nowInSeconds() + 60, cookie_attributes });
    const headers = [['Cookie', `access_token_cookie=${token}`]] as const;
    const answer = await app.send('GET', '/read', { headers });
    expect(answer.setCookies[0]).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(answer.setCookies).toHaveLength(2);
  });

  it('the claim cannot be set by hand', async () => {
    const claims = { cookie_attributes: { domain: 'a.example' } };
    await expect(app.tokens.createAccessToken('alice', { claims })).rejects.toThrow(
      /^The claim "cookie_attributes" of a new token cannot be set by hand\. Pass domain and maxAge/,
    );
  });
});

describe('a reply of fastify', () => {
  const app = useJwtApp('fastify', setup());

  it('has its own request, even if the raw response has another one, as with inject()', () => {
    const request = {};
    setJwtContext(request, { location: 'cookies', payload: { cookie_attributes: { domain: 'a.example' } } });
    const lines: string[] = [];
    const raw = { getHeader: () => undefined, removeHeader: () => undefined, headersSent: false, req: {} };
    const header = (name: string, value: string) => name === 'Set-Cookie' && lines.push(value);
    app.resolve(TokenCookieService).unsetJwtCookies({ getHeader: () => undefined, header, raw, request });
    expect(lines.map((line) => parseSetCookie(line).domain)).toEqual(Array(4).fill('a.example'));
  });
});

describe.each(ADAPTERS)('with sessions on %s', (adapter) => {
  const app = useJwtApp(adapter, setup({ revocation: { store: new MemoryRevocationStore() } }));

  it('rotation, renewal and log-out repeat the attributes of the log-in', async () => {
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    for (const route of ['POST /rotate', 'GET /read', 'POST /rotate']) {
      expect(await browser.send(route)).toMatchObject({ status: 200 });
      expect(browser.stored).toEqual(all('a.example', '*'));
    }
    await browser.send('DELETE /log-out');
    expect(browser.stored).toEqual([]);
  });
});

describe.each(ADAPTERS)('with a key of encodeKey on %s', (adapter) => {
  const keys: unknown[] = [];
  const options: JwtExtendedOptions = {
    encodeKey: (user) => {
      keys.push(user);
      return { key: `${SECRET}-tenant`, claims: { tenant: 'one' } };
    },
    decodeKey: () => ({ key: `${SECRET}-tenant`, claims: { tenant: 'one' } }),
    userIdentity: (user) => (typeof user === 'string' ? user : (user as { id: string }).id),
    userLookup: ({ sub }) => ({ id: sub }),
  };
  const app = useJwtApp(adapter, setup(options));

  it('encodeKey receives the user, as for a renewal', async () => {
    keys.length = 0;
    const browser = new Browser(app);
    await browser.send('POST /log-in', { domain: 'a.example' });
    expect(keys).toEqual(['alice', 'alice', { id: 'alice' }, { id: 'alice' }]);
    expect(await browser.send('GET /read')).toMatchObject({ status: 200 });
    expect(browser.stored).toEqual(all('a.example'));
  });
});

describe.each(ADAPTERS)('without implicit refresh on %s', (adapter) => {
  const app = useJwtApp(adapter, setup({ implicitRefresh: false }));

  it('the token does not change, and log-out deletes with the domain of the call', async () => {
    const browser = new Browser(app);
    const answer = await browser.send('POST /log-in', { domain: 'a.example', maxAge: '7d' });
    const { accessToken } = answer.body as { accessToken: string };
    expect(answer.setCookies[0]).toContain(`access_token_cookie=${accessToken};`);
    await browser.send('DELETE /log-out', { domain: 'a.example' });
    expect(browser.stored).toEqual([]);
  });
});
