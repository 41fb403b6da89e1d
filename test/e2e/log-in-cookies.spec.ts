import { MemoryRevocationStore, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { CookieClient } from '../support/browser-cookies.js';
import { compact, readToken } from '../support/forge.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import { BAD_CREDENTIALS, logInSetup, PASSWORD, useLogInApp, type LogInSetup } from '../support/log-in-app.js';

const ALL = { refresh: true, logout: true, logoutEverywhere: true, sessions: true, me: true };
const COOKIES = ['access_token_cookie', 'csrf_access_token', 'csrf_refresh_token', 'refresh_token_cookie'];
const REVOKED = { status: 401, body: { msg: 'Token has been revoked' } };
const NO_CSRF = { status: 401, body: { msg: 'Missing CSRF token' } };
const options = (): JwtExtendedOptions => ({
  tokenLocation: ['headers', 'cookies'],
  revocation: { store: new MemoryRevocationStore() },
});
const setup: LogInSetup = { cookies: true, refresh: true, routes: ALL };

/** A browser that is logged in. */
async function visitor(app: TestApp, username = 'alice'): Promise<CookieClient> {
  const client = new CookieClient(app);
  await logInWith(client, username);
  return client;
}

function logInWith(client: CookieClient, username = 'alice', password = PASSWORD) {
  return client.send('POST', '/auth', { body: { username, password } });
}

describe.each(ADAPTERS)('a log-in with cookies on %s', (adapter) => {
  const app = useLogInApp(adapter, setup, options());

  it('sets the cookies, and returns no token in the body', async () => {
    const client = new CookieClient(app);
    const answer = await logInWith(client);
    expect(answer).toEqual({ status: 200, body: { msg: 'login successful' } });
    expect([...client.cookies.keys()].sort()).toEqual(COOKIES);
    expect(
      answer.setCookies.filter((line) => /^(access|refresh)_token_cookie=/.test(line) && line.includes('HttpOnly')),
    ).toHaveLength(2);
    expect(await client.send('GET', '/protected')).toEqual({ status: 200, body: { identity: '1' } });
  });

  it('sets no cookie when it refuses', async () => {
    const client = new CookieClient(app);
    expect(await logInWith(client, 'alice', 'wrong')).toEqual(BAD_CREDENTIALS);
    expect(client.cookies.size).toBe(0);
  });

  it('response gets the tokens, and its body does not get them by itself', async () => {
    const response = (_tokens: object, { id }: { id: unknown }) => ({ user_id: id });
    await withJwtApp(adapter, logInSetup({ cookies: true, response }, { tokenLocation: 'cookies' }), async (other) => {
      const client = new CookieClient(other);
      expect(await logInWith(client)).toEqual({ status: 200, body: { user_id: 1 } });
      expect([...client.cookies.keys()].sort()).toEqual(['access_token_cookie', 'csrf_access_token']);
    });
  });

  it('ends the session of the cookies that the request came with', async () => {
    const client = await visitor(app);
    const planted = new CookieClient(app);
    for (const [name, value] of client.cookies) planted.cookies.set(name, value);
    await logInWith(client, 'carol');
    expect(await client.send('GET', '/protected')).toEqual({ status: 200, body: { identity: 's-4' } });
    expect(await planted.send('GET', '/protected')).toEqual(REVOKED);
    expect(await planted.send('POST', '/auth/refresh', { csrf: 'csrf_refresh_token' })).toEqual(REVOKED);
  });

  it('a refused log-in ends no session', async () => {
    const client = await visitor(app);
    await logInWith(client, 'alice', 'wrong');
    expect(await client.send('GET', '/protected')).toMatchObject({ status: 200 });
  });

  it('admits with broken, foreign and expired cookies', async () => {
    for (const value of ['garbage', 'a.b.c', compact('{"alg":"HS256"}', '{"sub":"1"}', { secret: 'z'.repeat(40) })]) {
      const client = new CookieClient(app);
      client.cookies.set('access_token_cookie', value);
      client.cookies.set('refresh_token_cookie', value);
      expect(await logInWith(client)).toMatchObject({ status: 200 });
    }
  });

  it('refresh replaces the cookies, and needs the double submit value', async () => {
    const client = await visitor(app);
    const before = client.access;
    expect(await client.send('POST', '/auth/refresh', { csrf: null })).toEqual(NO_CSRF);
    const answer = await client.send('POST', '/auth/refresh', { csrf: 'csrf_refresh_token' });
    expect(answer).toEqual({ status: 200, body: { msg: 'token refreshed' } });
    expect(client.access).not.toBe(before);
    expect(readToken(client.access).claims).toMatchObject({ fresh: false });
    expect(await client.send('GET', '/protected')).toMatchObject({ status: 200 });
  });

  it('refresh does not read the refresh token in a header, so that a stolen one gets no new cookies', async () => {
    const client = await visitor(app);
    const token = client.cookies.get('refresh_token_cookie');
    expect(await app.send('POST', '/auth/refresh', { token })).toMatchObject({ status: 401 });
  });

  it.each(['POST', 'DELETE'])('%s logout ends the session and deletes the cookies', async (method) => {
    for (const csrf of ['csrf_access_token', 'csrf_refresh_token']) {
      const client = await visitor(app);
      const token = client.access;
      expect(await client.send(method, '/auth/logout', { csrf })).toEqual({
        status: 200,
        body: { msg: 'logout successful' },
      });
      expect(client.cookies.size).toBe(0);
      expect(await app.get('/protected', token)).toEqual(REVOKED);
    }
  });

  it('logout needs the double submit value of one of the tokens', async () => {
    const client = await visitor(app);
    expect(await client.send('POST', '/auth/logout', { csrf: null })).toEqual(NO_CSRF);
    client.cookies.set('other', 'another value');
    expect(await client.send('POST', '/auth/logout', { csrf: 'other' })).toEqual({
      status: 401,
      body: { msg: 'CSRF double submit tokens do not match' },
    });
    expect(client.cookies.has('access_token_cookie')).toBe(true);
    expect(await client.send('GET', '/protected')).toMatchObject({ status: 200 });
  });

  it('logout with an expired access cookie ends its session', async () => {
    const client = await visitor(app);
    const { claims } = readToken(client.access);
    const expired = compact('{"alg":"HS256","typ":"JWT"}', JSON.stringify({ ...claims, exp: 1 }));
    const token = client.access;
    client.cookies.set('access_token_cookie', expired);
    client.cookies.delete('refresh_token_cookie');
    expect(await client.send('POST', '/auth/logout')).toMatchObject({ status: 200 });
    expect(client.cookies.has('access_token_cookie')).toBe(false);
    expect(await app.get('/protected', token)).toEqual(REVOKED);
  });

  it('logout deletes the cookies of a session that has ended, and broken ones', async () => {
    const client = await visitor(app);
    await app.tokens.revokeAllFor('1');
    expect(await client.send('POST', '/auth/logout')).toMatchObject({ status: 200 });
    expect(client.cookies.size).toBe(0);
    client.cookies.set('access_token_cookie', 'garbage');
    expect(await client.send('POST', '/auth/logout', { csrf: null })).toMatchObject({ status: 200 });
    expect(client.cookies.size).toBe(0);
    expect(await client.send('POST', '/auth/logout', { csrf: null })).toMatchObject({ status: 200 });
  });

  it('logout-everywhere deletes the cookies', async () => {
    const [one, two] = [await visitor(app), await visitor(app)];
    expect(await one.send('POST', '/auth/logout-everywhere', { csrf: null })).toEqual(NO_CSRF);
    expect(await one.send('POST', '/auth/logout-everywhere')).toMatchObject({ status: 200 });
    expect(one.cookies.size).toBe(0);
    expect(await two.send('GET', '/auth/me')).toEqual(REVOKED);
  });

  it('the end of the current session deletes the cookies, and that of another one does not', async () => {
    const [one, two] = [await visitor(app, 'carol'), await visitor(app, 'carol')];
    const sids = [one, two].map(({ access }) => String(readToken(access).claims.sid));
    await one.send('DELETE', `/auth/sessions/${sids[1]}`);
    expect(one.cookies.size).toBe(4);
    await one.send('DELETE', `/auth/sessions/${sids[0]}`);
    expect(one.cookies.size).toBe(0);
  });

  it('logout without a store deletes the cookies', async () => {
    const routes = { logout: true, refresh: true };
    const further = logInSetup({ cookies: true, refresh: true, routes }, { tokenLocation: 'cookies' });
    await withJwtApp(adapter, further, async (other) => {
      const client = await visitor(other);
      expect(await client.send('POST', '/auth/refresh', { csrf: 'csrf_refresh_token' })).toMatchObject({ status: 200 });
      expect(await client.send('POST', '/auth/logout', { csrf: null })).toEqual(NO_CSRF);
      expect(await client.send('POST', '/auth/logout')).toMatchObject({ status: 200 });
      expect(client.cookies.size).toBe(0);
    });
  });

  it('a form of another site cannot log a visitor in', async () => {
    const headers = [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Origin', 'https://evil.example'],
    ] as const;
    const answer = await app.send('POST', '/auth', {
      headers,
      body: `username=alice&password=${encodeURIComponent(PASSWORD)}`,
    });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.setCookies).toEqual([]);
  });
});
