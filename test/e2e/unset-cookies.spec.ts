import { parseSetCookie } from 'cookie';
import type { JwtExtendedOptions, TokenCookieService, UnsetCookieOptions } from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import { answerOf, RESPONSES, type Work } from '../support/response-writers.js';

const EPOCH = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT';
const token = forge({ csrf: 'a-value' });

type Method = 'unsetJwtCookies' | 'unsetAccessCookies' | 'unsetRefreshCookies';

const unset =
  (method: Method, options?: UnsetCookieOptions): Work =>
  (cookies: TokenCookieService, response) =>
    cookies[method](response, options);

describe.each(RESPONSES)('the deleted cookies on %s', (on) => {
  const linesOf = async (work: Work, options?: JwtExtendedOptions) =>
    (await answerOf(on, work, { options })).setCookies;

  it('are those of both tokens or of one token', async () => {
    const access = [
      `access_token_cookie=; Path=/; ${EPOCH}; HttpOnly; Secure; SameSite=Lax`,
      `csrf_access_token=; Path=/; ${EPOCH}; Secure; SameSite=Lax`,
    ];
    const refresh = [
      `refresh_token_cookie=; Path=/; ${EPOCH}; HttpOnly; Secure; SameSite=Lax`,
      `csrf_refresh_token=; Path=/; ${EPOCH}; Secure; SameSite=Lax`,
    ];
    expect(await linesOf(unset('unsetJwtCookies'))).toEqual([...access, ...refresh]);
    expect(await linesOf(unset('unsetAccessCookies'))).toEqual(access);
    expect(await linesOf(unset('unsetRefreshCookies'))).toEqual(refresh);
  });

  it('include no CSRF cookie without CSRF protection or with csrf.inCookies: false', async () => {
    for (const csrf of [false, { inCookies: false }] as const) {
      expect(await linesOf(unset('unsetAccessCookies'), { csrf })).toEqual([
        `access_token_cookie=; Path=/; ${EPOCH}; HttpOnly; Secure; SameSite=Lax`,
      ]);
    }
  });

  it.each<JwtExtendedOptions>([
    {},
    { cookies: { session: false } },
    { cookies: { domain: 'example.com', access: { path: '/api' } }, csrf: { access: { cookiePath: '/page' } } },
    { cookies: { secure: false, sameSite: false } },
    { cookies: { sameSite: 'none', partitioned: true } },
    { cookies: { access: { name: '__Host-a' } }, csrf: { access: { cookieName: '__Secure-c' } } },
  ])('have every attribute with which they were set: %j', async (options) => {
    const set = await linesOf((cookies, response) => cookies.setAccessCookies(response, token), options);
    const deleted = await linesOf(unset('unsetAccessCookies'), options);
    const attributes = (line: string) => ({ ...parseSetCookie(line), value: '', expires: null, maxAge: null });
    expect(deleted.map(attributes)).toEqual(set.map(attributes));
    for (const line of deleted) {
      expect(line).toContain(EPOCH);
      expect(line).not.toContain('Max-Age');
    }
  });

  it('have the domain of the call, if it names one', async () => {
    const options = { cookies: { domain: 'example.com' } };
    const [line] = await linesOf(unset('unsetJwtCookies', { domain: 'www.example.com' }), options);
    expect(line).toBe(`access_token_cookie=; Domain=www.example.com; Path=/; ${EPOCH}; HttpOnly; Secure; SameSite=Lax`);
    for (const domain of ['', undefined]) {
      const lines = await linesOf(unset('unsetRefreshCookies', { domain }), options);
      expect(lines.every((each) => each.includes('; Domain=example.com; '))).toBe(true);
    }
  });

  it('can be set again in the same response, and the later line counts', async () => {
    const lines = await linesOf(async (cookies, response) => {
      cookies.unsetJwtCookies(response);
      await cookies.setAccessCookies(response, token);
    });
    expect(lines).toHaveLength(6);
    expect(lines[4]).toContain(`access_token_cookie=${token}; `);
  });

  it('accept only a host name as domain', async () => {
    for (const domain of ['a;b', 'a b', 'https://a.example']) {
      expect(await answerOf(on, unset('unsetAccessCookies', { domain }))).toMatchObject({ status: 500 });
    }
  });
});
