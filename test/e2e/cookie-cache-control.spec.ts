import type { ServerResponse } from 'node:http';
import { Controller, Get, Header, Res, type INestApplication } from '@nestjs/common';
import { TokenCookieService, TokenService, type HttpResponse } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { answerOf, RESPONSES, type Work } from '../support/response-writers.js';

const access = forge({ csrf: 'a-value' });
const refresh = forge({ csrf: 'a-value', type: 'refresh' });

/** Every method that adds cookies to a response. */
const METHODS: [string, Work][] = [
  ['setAccessCookies', (cookies, response) => cookies.setAccessCookies(response, access)],
  ['setRefreshCookies', (cookies, response) => cookies.setRefreshCookies(response, refresh)],
  ['unsetJwtCookies', (cookies, response) => cookies.unsetJwtCookies(response)],
  ['unsetAccessCookies', (cookies, response) => cookies.unsetAccessCookies(response)],
  ['unsetRefreshCookies', (cookies, response) => cookies.unsetRefreshCookies(response)],
];

/** Sets a header as an application does. */
function setHeader(response: HttpResponse, name: string, value: string): void {
  if (response.header !== undefined) response.header(name, value);
  else response.setHeader?.(name, value);
}

describe.each(RESPONSES)('an answer on %s', (on) => {
  it.each(METHODS)('of %s is stored by no cache', async (_name, work) => {
    const answer = await answerOf(on, work);
    expect(answer.setCookies.length).toBeGreaterThan(0);
    expect(answer.header('cache-control')).toBe('no-store');
    expect(answer.header('cdn-cache-control')).toBeUndefined();
  });

  it('without a cookie of a token has no such header', async () => {
    const answer = await answerOf(on, () => undefined);
    expect(answer.header('cache-control')).toBeUndefined();
  });

  it('with a refused token has no such header', async () => {
    const answer = await answerOf(on, (cookies, response) => cookies.setAccessCookies(response, 'garbage'));
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.header('cache-control')).toBeUndefined();
  });

  it.each([
    ['public, max-age=60', 'no-store'],
    ['max-age=60', 'no-store'],
    ['s-maxage=60', 'no-store'],
    ['no-cache', 'no-store'],
    ['private="Set-Cookie", max-age=60', 'no-store'],
    ['max-age=60, community="private, x"', 'no-store'],
    ['private', 'private'],
    ['Private, max-age=60', 'Private, max-age=60'],
    ['max-age=60 , private', 'max-age=60 , private'],
    ['no-store', 'no-store'],
    ['no-cache, no-store, must-revalidate', 'no-cache, no-store, must-revalidate'],
  ])('replaces what a shared cache may store, and nothing else: %s', async (before, after) => {
    const answer = await answerOf(on, async (cookies, response) => {
      setHeader(response, 'Cache-Control', before);
      await cookies.setAccessCookies(response, access);
    });
    expect(answer.header('cache-control')).toBe(after);
  });

  it.each(['CDN-Cache-Control', 'Surrogate-Control'])('replaces %s, which some caches read instead', async (name) => {
    for (const [before, after] of [
      ['max-age=60', 'no-store'],
      ['private', 'private'],
    ] as const) {
      const answer = await answerOf(on, async (cookies, response) => {
        setHeader(response, 'Cache-Control', 'private');
        setHeader(response, name, before);
        await cookies.setAccessCookies(response, access);
      });
      expect(answer.header(name)).toBe(after);
      expect(answer.header('cache-control')).toBe('private');
    }
  });
});

@Controller()
class PageController {
  constructor(
    private readonly cookies: TokenCookieService,
    private readonly tokens: TokenService,
  ) {}

  @Get('page')
  @Header('Cache-Control', 'public, max-age=3600')
  async page(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('alice'));
  }
}

/** Sets a header on Node's response before the handler, like middleware for static files. */
const middleware = (app: INestApplication) =>
  app.use((_request: object, response: ServerResponse, next: () => void) => {
    response.setHeader('Cache-Control', ['public', 'max-age=60']);
    next();
  });

describe.each(ADAPTERS)('a route on %s', (adapter) => {
  describe('with @Header()', () => {
    const app = useJwtApp(adapter, { controllers: [PageController] });

    it('lets no cache store the cookie', async () => {
      expect((await app.get('/page')).header('cache-control')).toBe('no-store');
    });
  });

  describe('after middleware', () => {
    const app = useJwtApp(adapter, { controllers: [PageController], prepare: middleware });

    it('lets no cache store the cookie', async () => {
      expect((await app.get('/page')).header('cache-control')).toBe('no-store');
    });
  });
});
