import type { ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JwtExtendedOptions, SetCookieOptions } from 'nestjs-jwt-extended';
import { useTestClock } from '../support/clock.js';
import { forge, nowInSeconds } from '../support/forge.js';
import { answerOf, RESPONSES, type ResponseName, type Surroundings, type Work } from '../support/response-writers.js';

const CSRF = '4f1e7a52-3c0f-4a7e-8f55-0d6ef5b7f7c1';
const token = forge({ csrf: CSRF });
const refresh = forge({ type: 'refresh', csrf: CSRF });
const DEFAULTS = 'Path=/; HttpOnly; Secure; SameSite=Lax';
const READABLE = 'Path=/; Secure; SameSite=Lax';

// A slow machine must not shorten the lifetimes that are compared below.
useTestClock();

const setAccess =
  (options?: SetCookieOptions, value = token): Work =>
  (cookies, response) =>
    cookies.setAccessCookies(response, value, options);

async function linesOf(on: ResponseName, work: Work, surroundings?: Surroundings): Promise<readonly string[]> {
  const answer = await answerOf(on, work, surroundings);
  expect(answer).toMatchObject({ status: 200 });
  return answer.setCookies;
}

/** `Max-Age` and the time until `Expires`, both in seconds, and the rest of the line. */
function lifetimeOf(line = '') {
  const maxAge = /; Max-Age=(-?\d+)/.exec(line)?.[1];
  const expires = /; Expires=([^;]+)/.exec(line)?.[1];
  return {
    maxAge: maxAge === undefined ? null : Number(maxAge),
    expires: expires === undefined ? null : (Date.parse(expires) - Date.now()) / 1000,
    rest: line.replace(/; (?:Max-Age|Expires)=[^;]+/g, ''),
  };
}

describe.each(RESPONSES)('the cookies of a token on %s', (on) => {
  it('hide the token from scripts, and show them its CSRF value', async () => {
    expect(await linesOf(on, setAccess())).toEqual([
      `access_token_cookie=${token}; ${DEFAULTS}`,
      `csrf_access_token=${CSRF}; ${READABLE}`,
    ]);
    expect(await linesOf(on, (cookies, response) => cookies.setRefreshCookies(response, refresh))).toEqual([
      `refresh_token_cookie=${refresh}; ${DEFAULTS}`,
      `csrf_refresh_token=${CSRF}; ${READABLE}`,
    ]);
  });

  it('have the order of the calls that set them', async () => {
    const both: Work = async (cookies, response) => {
      await cookies.setRefreshCookies(response, refresh);
      await cookies.setAccessCookies(response, token);
    };
    const names = (await linesOf(on, both)).map((line) => line.split('=')[0]);
    expect(names).toEqual(['refresh_token_cookie', 'csrf_refresh_token', 'access_token_cookie', 'csrf_access_token']);
  });

  it.each<[JwtExtendedOptions, attributes: string]>([
    [{ cookies: { secure: false } }, 'Path=/; HttpOnly; SameSite=Lax'],
    [{ cookies: { sameSite: 'strict' } }, 'Path=/; HttpOnly; Secure; SameSite=Strict'],
    [{ cookies: { sameSite: 'none' } }, 'Path=/; HttpOnly; Secure; SameSite=None'],
    [{ cookies: { sameSite: false } }, 'Path=/; HttpOnly; Secure'],
    [{ cookies: { sameSite: false, secure: false } }, 'Path=/; HttpOnly'],
    [{ cookies: { domain: 'example.com' } }, 'Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ cookies: { access: { path: '/api' } } }, 'Path=/api; HttpOnly; Secure; SameSite=Lax'],
    [{ cookies: { partitioned: true, sameSite: 'none' } }, 'Path=/; HttpOnly; Secure; Partitioned; SameSite=None'],
  ])('have the attributes of the options %j', async (options, attributes) => {
    const [line] = await linesOf(on, setAccess(), { options });
    expect(line).toBe(`access_token_cookie=${token}; ${attributes}`);
  });

  it('have the same domain, Secure and SameSite, but different paths', async () => {
    const options: JwtExtendedOptions = {
      cookies: { access: { path: '/a' }, domain: 'example.com', partitioned: true },
      csrf: { access: { cookieName: 'XSRF-TOKEN', cookiePath: '/b' } },
    };
    expect(await linesOf(on, setAccess(), { options })).toEqual([
      `access_token_cookie=${token}; Domain=example.com; Path=/a; HttpOnly; Secure; Partitioned; SameSite=Lax`,
      `XSRF-TOKEN=${CSRF}; Domain=example.com; Path=/b; Secure; Partitioned; SameSite=Lax`,
    ]);
  });

  it('include no CSRF cookie without CSRF protection or with csrf.inCookies: false', async () => {
    for (const csrf of [false, { inCookies: false }] as const) {
      expect(await linesOf(on, setAccess(), { options: { csrf } })).toEqual([
        `access_token_cookie=${token}; ${DEFAULTS}`,
      ]);
    }
  });

  it('can have the prefixes __Host- and __Secure-', async () => {
    const options: JwtExtendedOptions = {
      cookies: { access: { name: '__Host-a' } },
      csrf: { access: { cookieName: '__Host-c' } },
    };
    expect(await linesOf(on, setAccess(), { options })).toEqual([
      `__Host-a=${token}; ${DEFAULTS}`,
      `__Host-c=${CSRF}; ${READABLE}`,
    ]);
  });

  it('are session cookies, persistent cookies, or have the lifetime of the call', async () => {
    const persistent = { options: { cookies: { session: false } } };
    const past = { maxAge: 0, expires: 0 };
    const table: [SetCookieOptions | undefined, Surroundings, { maxAge: number | null; expires: number | null }][] = [
      [undefined, {}, { maxAge: null, expires: null }],
      [undefined, persistent, { maxAge: 31_540_000, expires: 31_540_000 }],
      [{ maxAge: undefined }, persistent, { maxAge: 31_540_000, expires: 31_540_000 }],
      [{ maxAge: 0 }, {}, past],
      [{ maxAge: 0 }, persistent, past],
      [{ maxAge: '0s' }, persistent, past],
      [{ maxAge: 600 }, {}, { maxAge: 600, expires: 600 }],
      [{ maxAge: '15m' }, {}, { maxAge: 900, expires: 900 }],
      [{ maxAge: '15m' }, persistent, { maxAge: 900, expires: 900 }],
      [{ maxAge: { hours: 1, minutes: 1 } }, {}, { maxAge: 3_660, expires: 3_660 }],
      [{ maxAge: -1 }, {}, { maxAge: -1, expires: -1 }],
    ];
    for (const [options, surroundings, lifetime] of table) {
      const [first, second] = (await linesOf(on, setAccess(options), surroundings)).map(lifetimeOf);
      expect(first).toEqual({
        maxAge: lifetime.maxAge,
        expires: lifetime.expires,
        rest: `access_token_cookie=${token}; ${DEFAULTS}`,
      });
      expect(second).toMatchObject({ maxAge: lifetime.maxAge });
    }
  });

  it("can have the lifetime of the token: maxAge 'token'", async () => {
    const [line] = await linesOf(on, setAccess({ maxAge: 'token' }, forge({ csrf: CSRF })));
    expect(lifetimeOf(line).maxAge).toBe(600);
    const forEver = forge({ csrf: CSRF, exp: undefined });
    const [persistent] = await linesOf(on, setAccess({ maxAge: 'token' }, forEver));
    expect(lifetimeOf(persistent).maxAge).toBe(31_540_000);
  });

  it('have the domain of the call, if it names one', async () => {
    const options = { cookies: { domain: 'example.com' } };
    const [line, second] = await linesOf(on, setAccess({ domain: 'www.example.com' }), { options });
    expect(line).toContain('; Domain=www.example.com; ');
    expect(second).toContain('; Domain=www.example.com; ');
    for (const domain of ['', undefined]) {
      expect((await linesOf(on, setAccess({ domain }), { options }))[0]).toContain('; Domain=example.com; ');
    }
  });

  it('do not replace cookies of the application', async () => {
    const withOwn: Work = async (cookies, response) => {
      append(response, 'own=1; Path=/');
      append(response, 'own=2; Path=/a');
      await cookies.setAccessCookies(response, token);
      append(response, 'late=3');
    };
    const names = (await linesOf(on, withOwn)).map((line) => line.split(';')[0]);
    expect(names).toEqual(['own=1', 'own=2', `access_token_cookie=${token}`, `csrf_access_token=${CSRF}`, 'late=3']);
  });

  it('do not depend on the type of the token or on tokenLocation', async () => {
    const options: JwtExtendedOptions = { tokenLocation: 'headers' };
    const [line] = await linesOf(on, setAccess({}, refresh), { options });
    expect(line).toBe(`access_token_cookie=${refresh}; ${DEFAULTS}`);
  });
});

/** Sets a cookie as an application does. */
function append(response: object, line: string): void {
  const { appendHeader, header } = response as Partial<ServerResponse> & { header?(name: string, value: string): void };
  if (appendHeader) appendHeader.call(response, 'Set-Cookie', line);
  else header?.call(response, 'Set-Cookie', line);
}

describe.each(RESPONSES)('no cookie is set on %s', (on) => {
  it.each([
    ['expired', forge({ csrf: CSRF, exp: nowInSeconds() - 1 }), 401],
    ['garbage', 'garbage', 422],
    ['forged', forge({ csrf: CSRF }, { secret: 'xy'.repeat(16) }), 422],
    ['without a CSRF value', forge(), 422],
    ['with a CSRF value that is no text', forge({ csrf: 1 }), 422],
  ])('if the token is %s', async (_, value, status) => {
    const answer = await answerOf(on, setAccess({}, value));
    expect(answer).toMatchObject({ status });
    expect(answer.setCookies).toEqual([]);
  });

  it.each<SetCookieOptions>([
    { domain: 'example.com; Secure' },
    { domain: 'a b' },
    { maxAge: '60' as '60s' },
    { maxAge: Number.NaN },
    { maxAge: Infinity },
  ])('if the application passes %p', async (options) => {
    const answer = await answerOf(on, setAccess(options));
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.setCookies).toEqual([]);
  });

  it('if the call names a domain and the cookie has the prefix __Host-', async () => {
    const options: JwtExtendedOptions = { cookies: { access: { name: '__Host-a' } } };
    const answer = await answerOf(on, setAccess({ domain: 'example.com' }), { options });
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.setCookies).toEqual([]);
  });
});

describe.each(RESPONSES)('the size of a cookie on %s', (on) => {
  it('can be 4096 bytes, with its name and its attributes', async () => {
    const large = forge({ csrf: CSRF, filler: 'x'.repeat(2_600) });
    const rest = `access_token_cookie=${large}; ${DEFAULTS}`.length;
    for (const bytes of [4_095, 4_096, 4_097, 5_000]) {
      const options = { cookies: { access: { path: `/${'a'.repeat(bytes - rest)}` } } };
      const answer = await answerOf(on, setAccess({}, large), { options });
      expect(answer.status).toBe(bytes > 4_096 ? 500 : 200);
      expect(answer.setCookies.map(({ length }) => length)[0]).toBe(bytes > 4_096 ? undefined : bytes);
    }
  });

  it.each<[string, object, JwtExtendedOptions]>([
    ['refused because of its claims', { roles: ['secret-role'.repeat(400)] }, {}],
    ['refused because of its claim csrf', { csrf: 'é'.repeat(1_000) }, {}],
    ['refused because of its path', {}, { cookies: { access: { path: `/${'a'.repeat(4_000)}` } } }],
    ['refused because of its name', {}, { cookies: { access: { name: 'a'.repeat(4_000) } } }],
  ])('is %s', async (_, claims, options) => {
    const answer = await answerOf(on, setAccess({}, forge({ csrf: CSRF, ...claims })), { options });
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.setCookies).toEqual([]);
  });

  it('is in the error message, with the size of each claim and without its value', async () => {
    let message = '';
    const work: Work = async (cookies, response) => {
      const claims = { csrf: CSRF, sub: 'a-private-name', roles: ['secret-role'.repeat(400)], small: 1 };
      await cookies.setRefreshCookies(response, forge({ ...claims, type: 'refresh' })).catch((error: Error) => {
        expect(error).toBeInstanceOf(TypeError);
        ({ message } = error);
      });
    };
    await answerOf(on, work);
    expect(message).toMatch(
      /^The cookie refresh_token_cookie has \d{4} bytes with its attributes, \d{4} of them in its value\./,
    );
    expect(message).toContain('claim "roles" (4404 bytes), claim "csrf" ');
    expect(message).toContain('claim "sub" (16 bytes)');
    for (const secret of ['secret-role', 'a-private-name', CSRF]) expect(message).not.toContain(secret);
  });
});

/** Sets a cookie on Node's response before the handler, like session middleware. */
const middleware = (app: INestApplication) =>
  app.use((_request: object, response: ServerResponse, next: () => void) => {
    response.setHeader('Set-Cookie', ['early=1', 'early=2']);
    next();
  });

describe.each(['express', 'fastify'] as const)('middleware on %s', (on) => {
  it('can set cookies before the handler, and they remain', async () => {
    const names = (await linesOf(on, setAccess(), { prepare: middleware })).map((line) => line.split(';')[0]);
    expect(names).toEqual(['early=1', 'early=2', `access_token_cookie=${token}`, `csrf_access_token=${CSRF}`]);
  });
});

describe('hooks on fastify', () => {
  const hook = (app: INestApplication) =>
    (app as NestFastifyApplication)
      .getHttpAdapter()
      .getInstance()
      .addHook('onSend', async (_request, reply) => {
        reply.header('Set-Cookie', 'sent=1');
      });

  it('can set cookies after the handler, and the response has both', async () => {
    const names = (await linesOf('fastify', setAccess(), { prepare: hook })).map((line) => line.split(';')[0]);
    expect(names).toEqual([`access_token_cookie=${token}`, `csrf_access_token=${CSRF}`, 'sent=1']);
  });
});
