import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { getJwtContext, Jwt, JwtRequired, type JwtExtendedOptions, type TokenLocation } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, type TestApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @HttpCode(200)
  @Post('configured')
  configured(@Req() request: object, @Jwt('sub') sub: string) {
    return { location: getJwtContext(request)?.location, sub };
  }

  @JwtRequired({ locations: 'json' })
  @HttpCode(200)
  @Post('one')
  one(@Req() request: object) {
    return { location: getJwtContext(request)?.location };
  }

  @JwtRequired({ locations: ['query_string', 'headers'] })
  @HttpCode(200)
  @Post('two')
  two(@Req() request: object) {
    return { location: getJwtContext(request)?.location };
  }

  @JwtRequired({ locations: [] })
  @HttpCode(200)
  @Post('none')
  none() {}

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('optional')
  optional(@Req() request: object) {
    return { location: getJwtContext(request)?.location ?? null };
  }
}

const CSRF = 'a-value';
const token = forge({ csrf: CSRF });

/** Adds a token in a location to a request. */
type Locations = Partial<Record<TokenLocation, string>>;

function post(app: TestApp, path: string, locations: Locations, headers: readonly (readonly [string, string])[] = []) {
  const query = locations.query_string === undefined ? '' : `?jwt=${locations.query_string}`;
  const lines = [...headers];
  if (locations.headers !== undefined) lines.push(['Authorization', locations.headers]);
  if (locations.cookies !== undefined) lines.push(['Cookie', `access_token_cookie=${locations.cookies}`]);
  const body = locations.json === undefined ? undefined : { access_token: locations.json };
  return app.send('POST', `${path}${query}`, { headers: lines, body });
}

const serving = (options: JwtExtendedOptions) => ({ options, controllers: [RoutesController] });
const WITH_CSRF = [['X-CSRF-TOKEN', CSRF]] as const;

const EVERYWHERE: TokenLocation[] = ['headers', 'cookies', 'query_string', 'json'];
const IN: Record<TokenLocation, (token: string) => Locations> = {
  headers: (value) => ({ headers: `Bearer ${value}` }),
  cookies: (value) => ({ cookies: value }),
  query_string: (value) => ({ query_string: value }),
  json: (value) => ({ json: value }),
};

describe.each(ADAPTERS)('the option tokenLocation on %s', (adapter) => {
  describe.each(EVERYWHERE)('%s', (location) => {
    const app = useJwtApp(adapter, serving({ tokenLocation: location }));

    it('is the only location of the token', async () => {
      for (const other of EVERYWHERE) {
        const answer = await post(app, '/configured', IN[other](token), WITH_CSRF);
        if (other === location) expect(answer).toEqual({ status: 200, body: { location, sub: 'alice' } });
        else expect(answer).toMatchObject({ status: 401 });
      }
    });
  });

  describe('with all four locations', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: EVERYWHERE }));

    it.each(EVERYWHERE)(
      'finds the token in each location, and the context names the location: %s',
      async (location) => {
        const answer = await post(app, '/configured', IN[location](token), WITH_CSRF);
        expect(answer).toEqual({ status: 200, body: { location, sub: 'alice' } });
      },
    );

    it('has a message with the missing value of each location', async () => {
      const missing =
        'Missing JWT in headers, cookies, query_string or json (Missing Authorization Header; ' +
        `Missing cookie "access_token_cookie"; Missing 'jwt' query paramater; Invalid content-type. Must be application/json.)`;
      expect(await post(app, '/configured', {})).toEqual({ status: 401, body: { msg: missing } });
    });
  });

  describe('with two locations', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: ['cookies', 'json'] }));

    it('has a message that joins their names with "or"', async () => {
      const msg =
        'Missing JWT in cookies or json (Missing cookie "access_token_cookie"; Missing "access_token" key in json data.)';
      expect(await app.send('POST', '/configured', { body: {} })).toEqual({ status: 401, body: { msg } });
    });
  });
});

describe.each(ADAPTERS)('a request with several tokens on %s', (adapter) => {
  const bob = forge({ sub: 'bob', csrf: CSRF });

  describe('headers before cookies', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: ['headers', 'cookies'] }));
    const send = (headers: string, cookies: string, lines: readonly (readonly [string, string])[] = WITH_CSRF) =>
      post(app, '/configured', { headers, cookies }, lines);

    it('the first location with a token is used', async () => {
      expect(await send(`Bearer ${token}`, bob)).toEqual({ status: 200, body: { location: 'headers', sub: 'alice' } });
      expect(await send(`Bearer ${token}`, 'garbage', [])).toMatchObject({ status: 200 });
    });

    it.each([
      ['garbage', 'Bearer garbage', 422],
      ['expired', `Bearer ${forge({ exp: 1 })}`, 401],
      ['of the wrong type', `Bearer ${forge({ type: 'refresh' })}`, 422],
      ['not there after its scheme', 'Bearer', 422],
      ['followed by another word', `Bearer ${token} x`, 422],
    ])('a token that is %s is not skipped', async (_, header, status) => {
      expect(await send(header, bob)).toMatchObject({ status });
    });

    it.each(['', ',', 'Basic YTpi', `bearer ${token}`, `Bearer ${token}, Bearer ${token}`])(
      'a header without a token is skipped: %#',
      async (header) => {
        expect(await send(header, bob)).toEqual({ status: 200, body: { location: 'cookies', sub: 'bob' } });
      },
    );

    it('a cookie after an empty header needs its double submit value', async () => {
      expect(await send('Basic YTpi', bob, [])).toEqual({ status: 401, body: { msg: 'Missing CSRF token' } });
    });
  });

  describe('cookies before headers', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: ['cookies', 'headers'] }));

    it('a cookie without its double submit value is refused, even with a valid header', async () => {
      const locations = { cookies: bob, headers: `Bearer ${token}` };
      expect(await post(app, '/configured', locations)).toEqual({ status: 401, body: { msg: 'Missing CSRF token' } });
      expect(await post(app, '/configured', locations, WITH_CSRF)).toMatchObject({ body: { sub: 'bob' } });
    });

    it('an empty cookie is skipped', async () => {
      const locations = { cookies: '', headers: `Bearer ${token}` };
      expect(await post(app, '/configured', locations)).toMatchObject({ body: { location: 'headers' } });
    });
  });

  describe('JSON and query string before headers', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: ['json', 'query_string', 'headers'] }));

    it('empty locations are skipped', async () => {
      const locations = { json: '', query_string: '', headers: `Bearer ${token}` };
      expect(await post(app, '/configured', locations)).toMatchObject({ body: { location: 'headers' } });
    });

    it('an invalid token is not skipped', async () => {
      const headers = `Bearer ${token}`;
      expect(await post(app, '/configured', { json: 'garbage', headers })).toMatchObject({ status: 422 });
      expect(await post(app, '/configured', { query_string: 'garbage', headers })).toMatchObject({ status: 422 });
    });
  });
});

describe.each(ADAPTERS)('the requirement locations on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ tokenLocation: 'cookies' }));

  it('replaces the option', async () => {
    expect(await post(app, '/one', IN.json(token))).toEqual({ status: 200, body: { location: 'json' } });
    expect(await post(app, '/one', IN.cookies(token), WITH_CSRF)).toEqual({
      status: 401,
      body: { msg: 'Invalid content-type. Must be application/json.' },
    });
  });

  it('has its own order', async () => {
    expect(await post(app, '/two', { ...IN.headers('garbage'), ...IN.query_string(token) })).toEqual({
      status: 200,
      body: { location: 'query_string' },
    });
    expect(await post(app, '/two', IN.headers(token))).toEqual({ status: 200, body: { location: 'headers' } });
    expect(await post(app, '/two', {})).toEqual({
      status: 401,
      body: {
        msg: "Missing JWT in query_string or headers (Missing 'jwt' query paramater; Missing Authorization Header)",
      },
    });
  });

  it('means the option if its list is empty', async () => {
    expect(await post(app, '/none', IN.cookies(token), WITH_CSRF)).toMatchObject({ status: 200 });
    expect(await post(app, '/none', IN.headers(token))).toMatchObject({ status: 401 });
  });
});

describe.each(ADAPTERS)('an optional route with every location on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ tokenLocation: EVERYWHERE }));

  it('is anonymous without a token in any location', async () => {
    const anonymous = { status: 200, body: { location: null } };
    expect(await post(app, '/optional', {})).toEqual(anonymous);
    expect(await post(app, '/optional', { headers: 'Basic YTpi', cookies: '', query_string: '', json: '' })).toEqual(
      anonymous,
    );
  });

  it.each(EVERYWHERE)('refuses an invalid token in %s', async (location) => {
    expect(await post(app, '/optional', IN[location]('garbage'), WITH_CSRF)).toMatchObject({ status: 422 });
    const expired = forge({ exp: 1, csrf: CSRF });
    expect(await post(app, '/optional', IN[location](expired), WITH_CSRF)).toMatchObject({ status: 401 });
  });
});
