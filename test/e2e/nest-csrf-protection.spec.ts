import {
  Controller,
  Get,
  HttpCode,
  Post,
  Put,
  Res,
  type CsrfProtectionOptions,
  type INestApplication,
} from '@nestjs/common';
import { JwtRequired, TokenCookieService, TokenService, type HttpResponse } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

/** The statements of docs/guide/csrf-of-nest.md about `app.enableCsrfProtection()` of Nest 12 next to the double submit value. */

@Controller()
class RoutesController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @HttpCode(200)
  @Post('login')
  async login(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('alice'));
  }

  @JwtRequired()
  @Put('change')
  change() {}

  @JwtRequired()
  @Get('read')
  read() {}
}

const CSRF = 'a-value';
const COOKIE = ['Cookie', `access_token_cookie=${forge({ csrf: CSRF })}`] as const;
const VALUE = ['X-CSRF-TOKEN', CSRF] as const;
const CROSS_SITE = [
  ['Sec-Fetch-Site', 'cross-site'],
  ['Origin', 'https://evil.example'],
] as const;
const OLD_BROWSER = [['Origin', 'https://evil.example']] as const;
const SAME_SITE = [
  ['Sec-Fetch-Site', 'same-site'],
  ['Origin', 'https://shop.example'],
] as const;
const SAME_ORIGIN = [['Sec-Fetch-Site', 'same-origin']] as const;

const REFUSED_BY_NEST = { status: 403, body: { statusCode: 403, error: 'Forbidden' } };
const NO_VALUE = { status: 401, body: { msg: 'Missing CSRF token' } };
const DONE = { status: 200 };

const setup = (protection?: CsrfProtectionOptions | null, csrf?: false) => ({
  controllers: [RoutesController],
  options: { tokenLocation: ['cookies', 'headers'] as const, ...(csrf === false && { csrf }) },
  prepare: (app: INestApplication) => void (protection !== null && app.enableCsrfProtection(protection)),
});

describe.each(ADAPTERS)('both protections on %s', (adapter) => {
  const app = useJwtApp(adapter, setup());
  const change = (...headers: (readonly [string, string])[]) => app.send('PUT', '/change', { headers });

  it.each([
    ['another site', CROSS_SITE],
    ['another site, in an old browser', OLD_BROWSER],
    ['another origin of the same site', SAME_SITE],
  ])('Nest refuses %s before the guard runs, even with the right value', async (_, origin) => {
    expect(await change(COOKIE, VALUE, ...origin)).toMatchObject(REFUSED_BY_NEST);
    expect(await change(COOKIE, ...origin)).toMatchObject(REFUSED_BY_NEST);
    expect(await change(...origin)).toMatchObject(REFUSED_BY_NEST);
  });

  it('the other requests need the double submit value', async () => {
    for (const origin of [[], SAME_ORIGIN]) {
      expect(await change(COOKIE, ...origin)).toEqual(NO_VALUE);
      expect(await change(COOKIE, VALUE, ...origin)).toMatchObject(DONE);
    }
  });

  it('Nest also protects the log-in, which has no token yet', async () => {
    expect(await app.send('POST', '/login', { headers: CROSS_SITE })).toMatchObject(REFUSED_BY_NEST);
    expect(await app.send('POST', '/login', { headers: SAME_ORIGIN })).toMatchObject(DONE);
  });

  it('Nest accepts clients that are not browsers, and the guard checks them', async () => {
    expect(await app.send('PUT', '/change', { token: forge() })).toMatchObject(DONE);
    expect(await app.send('POST', '/login')).toMatchObject(DONE);
  });

  it('Nest also refuses a token in a header from another origin', async () => {
    expect(await app.send('PUT', '/change', { token: forge(), headers: CROSS_SITE })).toMatchObject(REFUSED_BY_NEST);
  });

  it('without Sec-Fetch-Site Nest compares Origin with Host, so a proxy must not change Host', async () => {
    const { host } = new URL(await app.nest.getUrl());
    expect(await change(COOKIE, VALUE, ['Origin', `https://${host}`])).toMatchObject(DONE);
    expect(await change(COOKIE, VALUE, ['Origin', 'https://www.example'])).toMatchObject(REFUSED_BY_NEST);
  });

  it('both ignore GET', async () => {
    expect(await app.send('GET', '/read', { headers: [COOKIE, ...CROSS_SITE] })).toMatchObject(DONE);
  });
});

describe.each(ADAPTERS)('an origin in trustedOrigins on %s', (adapter) => {
  const app = useJwtApp(adapter, setup({ trustedOrigins: ['https://shop.example'] }));

  it('must still send the double submit value', async () => {
    const change = (...headers: (readonly [string, string])[]) => app.send('PUT', '/change', { headers });
    expect(await change(COOKIE, ...SAME_SITE)).toEqual(NO_VALUE);
    expect(await change(COOKIE, VALUE, ...SAME_SITE)).toMatchObject(DONE);
    expect(await change(COOKIE, VALUE, ...CROSS_SITE)).toMatchObject(REFUSED_BY_NEST);
  });
});

describe.each(ADAPTERS)('one protection alone on %s', (adapter) => {
  describe('of Nest', () => {
    const app = useJwtApp(adapter, setup({}, false));

    it('refuses other origins, and requires no value from its own origin', async () => {
      expect(await app.send('PUT', '/change', { headers: [COOKIE, ...CROSS_SITE] })).toMatchObject(REFUSED_BY_NEST);
      expect(await app.send('PUT', '/change', { headers: [COOKIE, ...SAME_ORIGIN] })).toMatchObject(DONE);
    });
  });

  describe('of this library', () => {
    const app = useJwtApp(adapter, setup(null));

    it('refuses requests without the value from every origin, except a log-in', async () => {
      for (const origin of [CROSS_SITE, OLD_BROWSER, SAME_SITE, SAME_ORIGIN]) {
        expect(await app.send('PUT', '/change', { headers: [COOKIE, ...origin] })).toEqual(NO_VALUE);
      }
      expect(await app.send('POST', '/login', { headers: CROSS_SITE })).toMatchObject(DONE);
    });
  });
});
