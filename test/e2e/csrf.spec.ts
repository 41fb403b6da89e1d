import { All, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Jwt, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @All('any')
  any() {}

  @JwtRequired()
  @Get('read')
  read() {}

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('optional')
  optional(@Jwt('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('refresh')
  refresh() {}
}

const VALUE = '4f1e7a52-3c0f-4a7e-8f55-0d6ef5b7f7c1';
const OTHER = '8d0f3c11-7f0e-4b0a-9a33-6f6a2f1b9e20';

const serving = (options: JwtExtendedOptions = {}) => ({
  options: { tokenLocation: 'cookies' as const, ...options },
  controllers: [RoutesController],
});
const MISSING = { status: 401, body: { msg: 'Missing CSRF token' } };
const MISMATCH = { status: 401, body: { msg: 'CSRF double submit tokens do not match' } };
const NO_CLAIM = { status: 422, body: { msg: 'Missing claim: csrf' } };

/** Header lines of a request with the token in its cookie and, maybe several times, a double submit value. */
function lines(claims: object, values: readonly string[], name = 'X-CSRF-TOKEN'): [string, string][] {
  const cookie = `access_token_cookie=${forge(claims)}`;
  return [['Cookie', cookie], ...values.map((value) => [name, value] as [string, string])];
}

describe.each(ADAPTERS)('csrf.methods with GET on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ csrf: { methods: ['GET'] } }));

  it.each(['/read', '/any'])('also protects HEAD of %s, which runs the same handler', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      const send = (...values: string[]) => app.send(method, path, { headers: lines({ csrf: VALUE }, values) });
      expect(await send(VALUE)).toMatchObject({ status: 200 });
      expect(await send()).toMatchObject({ status: 401 });
      expect(await send(OTHER)).toMatchObject({ status: 401 });
    }
  });
});

describe.each(ADAPTERS)('a token in a cookie on %s', (adapter) => {
  const app = useJwtApp(adapter, serving());
  const send = (method: string, claims: object, ...values: string[]) =>
    app.send(method, '/any', { headers: lines(claims, values) });

  describe.each(['POST', 'PUT', 'PATCH', 'DELETE'])('with %s', (method) => {
    it('needs its double submit value', async () => {
      expect(await send(method, { csrf: VALUE }, VALUE)).toMatchObject({ status: 200 });
      expect(await send(method, { csrf: VALUE })).toEqual(MISSING);
      expect(await send(method, { csrf: VALUE }, '')).toEqual(MISSING);
      expect(await send(method, { csrf: VALUE }, OTHER)).toEqual(MISMATCH);
    });
  });

  it.each(['GET', 'HEAD'])('with %s needs no value, and ignores a wrong one', async (method) => {
    for (const values of [[], [''], [OTHER]]) {
      expect(await send(method, { csrf: VALUE }, ...values)).toMatchObject({ status: 200 });
      expect(await send(method, {}, ...values)).toMatchObject({ status: 200 });
    }
  });

  it('accepts the value in a header of any case, but not in a cookie', async () => {
    const headers = lines({ csrf: VALUE }, [VALUE], 'x-csrf-Token');
    expect(await app.send('POST', '/any', { headers })).toMatchObject({ status: 200 });
    const cookie = `access_token_cookie=${forge({ csrf: VALUE })}; csrf_access_token=${VALUE}`;
    expect(await app.send('POST', '/any', { headers: [['Cookie', cookie]] })).toEqual(MISSING);
  });

  it.each([
    VALUE.toUpperCase(),
    VALUE.slice(0, -1),
    `${VALUE}0`,
    `"${VALUE}"`,
    `${VALUE}, ${VALUE}`,
    `${VALUE.slice(0, -1)}\u00e9`,
    '\u00ff\u00fe',
    'é',
    '[object Object]',
    'undefined',
    'null',
    '0',
    'x'.repeat(10_000),
  ])('refuses a value that is not identical: %#', async (value) => {
    expect(await send('POST', { csrf: VALUE }, value)).toEqual(MISMATCH);
  });

  it('refuses the value sent twice, because repeated headers are joined', async () => {
    expect(await send('POST', { csrf: VALUE }, VALUE, VALUE)).toEqual(MISMATCH);
    expect(await send('POST', { csrf: VALUE }, VALUE, OTHER)).toEqual(MISMATCH);
  });

  it.each([
    [1, '1'],
    [0, '0'],
    [true, 'true'],
    [null, 'null'],
    [{}, '[object Object]'],
    [[VALUE], VALUE],
    [{ length: 1 }, 'x'],
    ['', 'x'],
  ])('is refused if its claim is not a string: %j', async (csrf, value) => {
    expect(await send('POST', { csrf }, value)).toEqual(MISMATCH);
  });

  it('is refused without the claim', async () => {
    expect(await send('POST', {}, VALUE)).toEqual(NO_CLAIM);
    expect(await send('POST', { exp: 1 }, VALUE)).toEqual(NO_CLAIM);
  });

  it('lacks the value before it is parsed, and differs from it before it has expired or is of the wrong type', async () => {
    const garbage = [['Cookie', 'access_token_cookie=garbage']] as const;
    expect(await app.send('POST', '/any', { headers: garbage })).toEqual(MISSING);
    expect(await app.send('POST', '/any', { headers: [...garbage, ['X-CSRF-TOKEN', VALUE]] })).toMatchObject({
      status: 422,
    });
    expect(await send('POST', { csrf: VALUE, exp: 1 }, OTHER)).toEqual(MISMATCH);
    expect(await send('POST', { csrf: VALUE, exp: 1 }, VALUE)).toEqual({
      status: 401,
      body: { msg: 'Token has expired' },
    });
    expect(await send('POST', { csrf: VALUE, type: 'refresh' }, OTHER)).toEqual(MISMATCH);
    expect(await send('POST', { csrf: VALUE, type: 'refresh' }, VALUE)).toMatchObject({ status: 422 });
  });

  it('is refused without the value on an optional route', async () => {
    const send = (...values: string[]) => app.send('POST', '/optional', { headers: lines({ csrf: VALUE }, values) });
    expect(await send()).toEqual(MISSING);
    expect(await send(OTHER)).toEqual(MISMATCH);
    expect(await send(VALUE)).toEqual({ status: 200, body: { sub: 'alice' } });
    expect(await app.send('POST', '/optional')).toEqual({ status: 200, body: { sub: null } });
  });

  it('needs its own value if it is a refresh token', async () => {
    const token = forge({ type: 'refresh', csrf: OTHER });
    const send = (value: string) =>
      app.send('POST', '/refresh', {
        headers: [
          ['Cookie', `refresh_token_cookie=${token}; access_token_cookie=${forge({ csrf: VALUE })}`],
          ['X-CSRF-TOKEN', value],
        ],
      });
    expect(await send(OTHER)).toMatchObject({ status: 200 });
    expect(await send(VALUE)).toEqual(MISMATCH);
  });
});

describe.each(ADAPTERS)('a token in another location on %s', (adapter) => {
  const app = useJwtApp(adapter, serving({ tokenLocation: ['headers', 'query_string', 'json', 'cookies'] }));

  it('needs no value, because browsers do not send it by themselves', async () => {
    const token = forge();
    expect(await app.send('POST', '/any', { token })).toMatchObject({ status: 200 });
    expect(await app.send('POST', `/any?jwt=${token}`)).toMatchObject({ status: 200 });
    expect(await app.send('POST', '/any', { body: { access_token: token } })).toMatchObject({ status: 200 });
  });

  it('needs the value if the header has another scheme and the cookie is used', async () => {
    const send = (...values: string[]) =>
      app.send('POST', '/any', { headers: [['Authorization', 'Basic YTpi'], ...lines({ csrf: VALUE }, values)] });
    expect(await send()).toEqual(MISSING);
    expect(await send(OTHER)).toEqual(MISMATCH);
    expect(await send(VALUE)).toMatchObject({ status: 200 });
  });
});

describe.each(ADAPTERS)('the option csrf on %s', (adapter) => {
  describe('false', () => {
    const app = useJwtApp(adapter, serving({ csrf: false }));

    it('checks no value, and new tokens have no such claim', async () => {
      expect(await app.send('POST', '/any', { headers: lines({}, []) })).toMatchObject({ status: 200 });
      expect(await app.send('POST', '/any', { headers: lines({ csrf: VALUE }, [OTHER]) })).toMatchObject({
        status: 200,
      });
      const { payload } = await app.tokens.verify(await app.tokens.createAccessToken('alice'));
      expect(payload).not.toHaveProperty('csrf');
    });
  });

  describe('methods', () => {
    const app = useJwtApp(adapter, serving({ csrf: { methods: ['get', 'Delete'] } }));

    it('need the value, in any case', async () => {
      const send = (method: string) => app.send(method, '/any', { headers: lines({ csrf: VALUE }, []) });
      expect(await send('GET')).toEqual(MISSING);
      expect(await send('DELETE')).toEqual(MISSING);
      expect(await send('POST')).toMatchObject({ status: 200 });
    });
  });

  describe('header names', () => {
    const csrf = { access: { headerName: 'X-XSRF-TOKEN' }, refresh: { headerName: 'X-Refresh' } };
    const app = useJwtApp(adapter, serving({ csrf }));

    it('contain the value, one for each type of token', async () => {
      const send = (path: string, header: string, type = 'access') =>
        app.send('POST', path, {
          headers: [
            ['Cookie', `${type}_token_cookie=${forge({ csrf: VALUE, type })}`],
            [header, VALUE],
          ],
        });
      expect(await send('/any', 'X-XSRF-TOKEN')).toMatchObject({ status: 200 });
      expect(await send('/any', 'X-CSRF-TOKEN')).toEqual(MISSING);
      expect(await send('/refresh', 'X-Refresh', 'refresh')).toMatchObject({ status: 200 });
      expect(await send('/refresh', 'X-XSRF-TOKEN', 'refresh')).toEqual(MISSING);
    });
  });

  describe('on', () => {
    const app = useJwtApp(adapter, serving());

    it('gives every new token its own value, which the token service returns and compares', async () => {
      const token = await app.tokens.createAccessToken('alice');
      const csrfToken = await app.tokens.getCsrfToken(token);
      expect(csrfToken).toMatch(/^[0-9a-f-]{36}$/);
      expect(await app.tokens.getCsrfToken(await app.tokens.createAccessToken('alice'))).not.toBe(csrfToken);
      const headers = [
        ['Cookie', `access_token_cookie=${token}`],
        ['X-CSRF-TOKEN', csrfToken],
      ] as const;
      expect(await app.send('POST', '/any', { headers })).toMatchObject({ status: 200 });
      await expect(app.tokens.verify(token, { csrfToken })).resolves.toMatchObject({ payload: { csrf: csrfToken } });
      await expect(app.tokens.verify(token, { csrfToken: OTHER })).rejects.toMatchObject({ code: 'JWT_CSRF' });
    });
  });
});
