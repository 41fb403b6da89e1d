import { Controller, Get, Req, type INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getJwtContext, Jwt, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('access')
  access(@Req() request: object) {
    return { location: getJwtContext(request)?.location };
  }

  @JwtRequired({ refresh: true })
  @Get('refresh')
  refresh() {}

  @JwtRequired({ verifyType: false })
  @Get('any')
  any(@Jwt('type') type: string) {
    return { type };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@Jwt('sub') sub?: string) {
    return { sub: sub ?? null };
  }
}

const serving = (options: JwtExtendedOptions = {}) => ({
  options: { tokenLocation: 'cookies' as const, ...options },
  controllers: [RoutesController],
});
const access = forge();
const refresh = forge({ type: 'refresh' });
const ACCESS = `access_token_cookie=${access}`;
const LET_IN = { status: 200, body: { location: 'cookies' } };
const MISSING = { status: 401, body: { msg: 'Missing cookie "access_token_cookie"' } };

describe.each(ADAPTERS)('the access cookie on %s', (adapter) => {
  const app = useJwtApp(adapter, serving());
  const send = (...lines: string[]) =>
    app.send('GET', '/access', { headers: lines.map((line) => ['Cookie', line] as const) });

  it.each([
    ACCESS,
    `a=1; ${ACCESS}; b=2`,
    `a=1;${ACCESS};b=2`,
    `access_token_cookie = ${access} ; a=1`,
    `a; ${ACCESS}`,
    `=a; ${ACCESS}`,
    `;;; ${ACCESS};`,
    `a="x; ${ACCESS}`,
    `__proto__=x; constructor=y; ${ACCESS}`,
  ])('is found among other texts: %#', async (cookies) => {
    expect(await send(cookies)).toEqual(LET_IN);
  });

  it.each([
    '',
    'a=1',
    'access_token_cookie',
    'access_token_cookie=',
    'access_token_cookie= ; a=1',
    `Access_Token_Cookie=${access}`,
    `xaccess_token_cookie=${access}`,
    `a=access_token_cookie=${access}`,
    `refresh_token_cookie=${access}`,
    ';',
    '=',
    '=;=',
  ])('is missing without the cookie, or with an empty one: %j', async (cookies) => {
    expect(await send(cookies)).toEqual(MISSING);
  });

  it.each([
    '%',
    '%zz',
    '%E0%A4%A',
    '"',
    '"a"',
    'a b',
    'a,b',
    '\u00ff\u00e9',
    'a.b.c',
    '...',
    encodeURIComponent(`${access}=`),
  ])('is refused with an invalid value: %j', async (value) => {
    expect(await send(`access_token_cookie=${value}`)).toMatchObject({ status: 422 });
  });

  it('can be in quotes, and empty quotes are an empty value', async () => {
    expect(await send(`access_token_cookie="${access}"`)).toEqual(LET_IN);
    expect(await send('access_token_cookie=""')).toEqual(MISSING);
  });

  it('is missing among several of its name with different values, because another host can set one', async () => {
    const other = forge({ sub: 'mallory' });
    for (const second of ['garbage', '', other]) {
      expect(await send(`${ACCESS}; access_token_cookie=${second}`)).toEqual(MISSING);
      expect(await send(`access_token_cookie=${second}; ${ACCESS}`)).toEqual(MISSING);
      expect(await send(`a=1; access_token_cookie=${second}`, ACCESS)).toEqual(MISSING);
    }
  });

  it('counts once if several of its name have the same value', async () => {
    expect(await send(`${ACCESS}; a=1; ${ACCESS}`)).toEqual(LET_IN);
    expect(await send(ACCESS, `access_token_cookie="${access}"`)).toEqual(LET_IN);
  });

  it('can be in any of several Cookie headers', async () => {
    expect(await send('a=1', ACCESS, 'b=2')).toEqual(LET_IN);
  });

  it('is found among 900 others, and among 900 with its name', async () => {
    const others = Array.from({ length: 900 }, (_, index) => `c${index}=${index}`).join('; ');
    expect(await send(`${others}; ${ACCESS}`)).toEqual(LET_IN);
    expect(await send(others)).toEqual(MISSING);
    expect(await send(`${ACCESS}; ${'access_token_cookie; '.repeat(400)}`)).toEqual(LET_IN);
    expect(await send(Array<string>(600).fill('access_token_cookie=x').join(';'))).toMatchObject({ status: 422 });
  });

  it('does not replace the Authorization header', async () => {
    expect(await app.get('/access', access)).toEqual(MISSING);
  });
});

describe.each(ADAPTERS)('routes of each kind on %s', (adapter) => {
  const app = useJwtApp(adapter, serving());
  const send = (path: string, cookies: string) => app.send('GET', path, { headers: [['Cookie', cookies]] });

  it('refresh routes read the refresh cookie', async () => {
    expect(await send('/refresh', `refresh_token_cookie=${refresh}`)).toMatchObject({ status: 200 });
    expect(await send('/refresh', ACCESS)).toEqual({
      status: 401,
      body: { msg: 'Missing cookie "refresh_token_cookie"' },
    });
    expect(await send('/refresh', `refresh_token_cookie=x; refresh_token_cookie=${refresh}`)).toMatchObject({
      status: 401,
    });
    expect(await send('/refresh', `refresh_token_cookie=${access}`)).toEqual({
      status: 422,
      body: { msg: 'Only refresh tokens are allowed' },
    });
  });

  it('access routes refuse a refresh token in the access cookie', async () => {
    expect(await send('/access', `access_token_cookie=${refresh}`)).toEqual({
      status: 422,
      body: { msg: 'Only non-refresh tokens are allowed' },
    });
  });

  it('routes for any type read only the access cookie, with either token', async () => {
    expect(await send('/any', ACCESS)).toEqual({ status: 200, body: { type: 'access' } });
    expect(await send('/any', `access_token_cookie=${refresh}`)).toEqual({ status: 200, body: { type: 'refresh' } });
    expect(await send('/any', `refresh_token_cookie=${refresh}`)).toEqual(MISSING);
    expect(await send('/any', `refresh_token_cookie=garbage; ${ACCESS}`)).toMatchObject({ status: 200 });
  });

  it('optional routes are anonymous without the cookie, and refuse an invalid one', async () => {
    expect(await send('/optional', 'a=1')).toEqual({ status: 200, body: { sub: null } });
    expect(await send('/optional', 'access_token_cookie=')).toEqual({ status: 200, body: { sub: null } });
    expect(await send('/optional', `access_token_cookie=x; ${ACCESS}`)).toEqual({ status: 200, body: { sub: null } });
    expect(await send('/optional', ACCESS)).toEqual({ status: 200, body: { sub: 'alice' } });
    expect(await send('/optional', 'access_token_cookie=garbage')).toMatchObject({ status: 422 });
    expect(await send('/optional', `access_token_cookie=${forge({ exp: 1 })}`)).toMatchObject({ status: 401 });
  });
});

describe.each(ADAPTERS)('names of cookies on %s', (adapter) => {
  const named = (name: string) => serving({ cookies: { access: { name }, refresh: { name: '__Secure-r' } } });

  describe('of the application', () => {
    const app = useJwtApp(adapter, named('__Host-token'));
    const send = (path: string, cookies: string) => app.send('GET', path, { headers: [['Cookie', cookies]] });

    it('replace the defaults', async () => {
      expect(await send('/access', `__Host-token=${access}`)).toEqual(LET_IN);
      expect(await send('/access', ACCESS)).toEqual({ status: 401, body: { msg: 'Missing cookie "__Host-token"' } });
      expect(await send('/refresh', `__Secure-r=${refresh}`)).toMatchObject({ status: 200 });
    });
  });

  describe.each(['constructor', 'valueOf', 'toString'])('that objects inherit: %s', (name) => {
    const app = useJwtApp(adapter, named(name));

    it('are names like any other', async () => {
      const missing = { status: 401, body: { msg: `Missing cookie "${name}"` } };
      expect(await app.get('/access')).toEqual(missing);
      expect(await app.send('GET', '/access', { headers: [['Cookie', 'a=1']] })).toEqual(missing);
      const headers = [['Cookie', `${name}=${access}`]] as const;
      expect(await app.send('GET', '/access', { headers })).toEqual(LET_IN);
    });
  });
});

/** Sets the properties of a cookie parser on the request. The library must not rely on them. */
const PARSERS: Record<AdapterName, (app: INestApplication, cookies: unknown) => void> = {
  express: (app, cookies) =>
    app.use((request: { cookies?: unknown }, _response: object, next: () => void) => {
      request.cookies = cookies;
      next();
    }),
  fastify: (app, cookies) => {
    const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
    fastify.addHook('onRequest', async (request) => {
      Object.assign(request, { cookies });
    });
  },
};

describe.each(ADAPTERS)('a cookie parser on %s', (adapter) => {
  describe.each([
    ['the token', { access_token_cookie: access }],
    ['something else', { access_token_cookie: 'decoded differently' }],
    ['no cookies', {}],
    ['nothing', null],
  ])('that left %s', (_, cookies) => {
    const app = useJwtApp(adapter, { ...serving(), prepare: (nest) => PARSERS[adapter](nest, cookies) });

    it('does not change the result', async () => {
      expect(await app.send('GET', '/access', { headers: [['Cookie', ACCESS]] })).toEqual(LET_IN);
      expect(await app.get('/access')).toEqual(MISSING);
    });
  });
});
