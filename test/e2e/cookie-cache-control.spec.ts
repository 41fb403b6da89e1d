import type { ServerResponse } from 'node:http';
import {
  Controller,
  Get,
  Header,
  Injectable,
  Redirect,
  Res,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import {
  JwtRequired,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { tap, type Observable } from 'rxjs';
import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds } from '../support/forge.js';
import { useJwtApp, type JwtAppSetup } from '../support/jwt-app.js';
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
    expect(answer.header('vary')).toBe('Authorization, Cookie');
    expect(answer.header('cdn-cache-control')).toBeUndefined();
  });

  it('without a cookie of a token has no such headers', async () => {
    const refused: Work = (cookies, response) => cookies.setAccessCookies(response, 'garbage');
    for (const answer of [await answerOf(on, () => undefined), await answerOf(on, refused)]) {
      for (const name of ['cache-control', 'vary']) expect(answer.header(name)).toBeUndefined();
    }
  });

  it.each([
    ['Accept-Encoding', 'Accept-Encoding, X-Token, Cookie'],
    ['cookie , Origin', 'cookie, Origin, X-Token'],
    ['*', '*'],
  ])('adds the headers of tokens to Vary: %s', async (before, after) => {
    const work: Work = async (cookies, response) => {
      setHeader(response, 'Vary', before);
      await cookies.setAccessCookies(response, access);
    };
    const answer = await answerOf(on, work, { options: { header: { name: 'X-Token' } } });
    expect(answer.header('vary')).toBe(after);
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

/** Sets the header after the handler. */
@Injectable()
class PublicInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<HttpResponse>();
    return next.handle().pipe(tap(() => setHeader(response, 'Cache-Control', 'public, max-age=60')));
  }
}

@Controller()
class PagesController {
  constructor(
    private readonly cookies: TokenCookieService,
    private readonly tokens: TokenService,
  ) {}

  @Get('set')
  @Header('Cache-Control', 'public, max-age=3600')
  async set(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('alice'));
  }

  @JwtRequired({ optional: true })
  @Get('page')
  @Header('Cache-Control', 'public, max-age=3600')
  page() {}

  @JwtRequired()
  @Get('plain')
  plain() {}

  @JwtRequired()
  @Get('private')
  @Header('Cache-Control', 'private, max-age=60')
  private() {}

  @JwtRequired()
  @UseInterceptors(PublicInterceptor)
  @Get('intercepted')
  intercepted() {}

  @JwtRequired()
  @Get('file')
  @Header('Cache-Control', 'public, max-age=3600')
  file() {
    return new StreamableFile(Buffer.from('content'));
  }

  @JwtRequired()
  @Get('redirected')
  @Redirect('/plain', 301)
  redirected() {}
}

/** Sets a header on Node's response before the handler, like middleware for static files. */
const middleware = (app: INestApplication) =>
  app.use((_request: object, response: ServerResponse, next: () => void) => {
    response.setHeader('Cache-Control', ['public', 'max-age=60']);
    next();
  });

describe.each(ADAPTERS)('a route on %s', (adapter) => {
  describe.each<[string, JwtAppSetup['prepare']]>([
    ['with @Header()', () => undefined],
    ['after middleware', middleware],
  ])('%s', (_where, prepare) => {
    const app = useJwtApp(adapter, { controllers: [PagesController], prepare });

    it('lets no cache store the cookie', async () => {
      expect((await app.get('/set')).header('cache-control')).toBe('no-store');
    });
  });
});

describe.each(ADAPTERS)('implicit refresh on %s', (adapter) => {
  const options: JwtExtendedOptions = {
    tokenLocation: 'cookies',
    accessTokenExpires: '1h',
    implicitRefresh: { within: '30m' },
  };
  const app = useJwtApp(adapter, { controllers: [PagesController], options });
  const send = (path: string, seconds: number) =>
    app.send('GET', path, {
      headers: [['Cookie', `access_token_cookie=${forge({ csrf: 'a-value', exp: nowInSeconds() + seconds })}`]],
    });

  it.each(['/page', '/plain', '/intercepted', '/file', '/redirected'])('lets no cache store %s', async (path) => {
    const renewed = await send(path, 600);
    expect(renewed.setCookies).toHaveLength(2);
    expect(renewed.header('cache-control')).toBe('no-store');
    // Express adds Accept to a redirect.
    expect(renewed.header('vary')).toMatch(/^Authorization, Cookie(, Accept)?$/);
  });

  it('leaves an answer private that the application made private', async () => {
    const renewed = await send('/private', 600);
    expect(renewed.setCookies).toHaveLength(2);
    expect(renewed.header('cache-control')).toBe('private, max-age=60');
    expect(renewed.header('vary')).toBe('Authorization, Cookie');
  });

  it('leaves an answer alone on which it sets no cookie', async () => {
    const later = await send('/page', 3_000);
    expect(later).toMatchObject({ status: 200 });
    expect(later.setCookies).toEqual([]);
    expect(later.header('cache-control')).toBe('public, max-age=3600');
    expect(later.header('vary')).toBeUndefined();
    expect((await app.get('/page')).header('cache-control')).toBe('public, max-age=3600');
  });
});
