import { MemoryRevocationStore, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, readToken } from '../support/forge.js';
import type { Answer, Sending } from '../support/http-client.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import {
  logIn,
  logInSetup,
  PASSWORD,
  useLogInApp,
  USERS,
  type LogInSetup,
  type UserEntity,
} from '../support/log-in-app.js';

const ALL = { refresh: true, logout: true, logoutEverywhere: true, sessions: true, me: true };
const REVOKED = { status: 401, body: { msg: 'Token has been revoked' } };
const LOGGED_OUT = { status: 200, body: { msg: 'logout successful' } };

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const withStore = (): JwtExtendedOptions => ({ revocation: { store: new MemoryRevocationStore() } });
const tokensOf = async (app: TestApp) => (await logIn(app)).body as Tokens;
const refreshWith = (app: TestApp, token?: string) => app.send('POST', '/auth/refresh', { token });

describe.each(ADAPTERS)('the routes of a log-in on %s', (adapter) => {
  describe('with log-outs at the paths of other routes', () => {
    const routes = { logout: '/auth', sessions: true, logoutEverywhere: 'sessions' };
    const app = useLogInApp(adapter, { refresh: true, routes }, withStore());

    it('logs in with POST, and out with DELETE', async () => {
      const { access_token: token } = await tokensOf(app);
      expect(await app.send('DELETE', '/auth', { token })).toEqual(LOGGED_OUT);
      expect(await app.get('/protected', token)).toEqual(REVOKED);
    });

    it('lists the sessions with GET, and ends all of them with DELETE, never with POST', async () => {
      const { access_token: token } = await tokensOf(app);
      expect(await app.send('POST', '/auth/sessions', { token })).toMatchObject({ status: 404 });
      expect(await app.get('/auth/sessions', token)).toMatchObject({ status: 200 });
      expect(await app.send('DELETE', '/auth/sessions', { token })).toEqual(LOGGED_OUT);
      expect(await app.get('/protected', token)).toEqual(REVOKED);
    });
  });

  describe('with tokens in headers and a store', () => {
    const app = useLogInApp(adapter, { refresh: true, routes: ALL }, withStore());

    it('refresh replaces both tokens, and the new access token is not fresh', async () => {
      const first = await tokensOf(app);
      const answer = await refreshWith(app, first.refresh_token);
      expect(answer).toEqual({
        status: 200,
        body: { access_token: expect.any(String), refresh_token: expect.any(String) },
      });
      expect(answer.header('cache-control')).toBe('no-store');
      const next = answer.body as Tokens;
      expect(readToken(next.access_token).claims).toMatchObject({ fresh: false, sub: '1' });
      await refreshWith(app, next.refresh_token);
      expect(await refreshWith(app, first.refresh_token)).toEqual(REVOKED);
    });

    it('refresh refuses an access token, and a request without a token', async () => {
      const { access_token } = await tokensOf(app);
      expect(await refreshWith(app, access_token)).toMatchObject({ status: 422 });
      expect(await refreshWith(app)).toEqual({ status: 401, body: { msg: 'Missing Authorization Header' } });
    });

    it.each(['POST', 'DELETE'])('%s logout ends the session of either token', async (method) => {
      for (const kind of ['access_token', 'refresh_token'] as const) {
        const tokens = await tokensOf(app);
        expect(await app.send(method, '/auth/logout', { token: tokens[kind] })).toEqual(LOGGED_OUT);
        expect(await app.get('/protected', tokens.access_token)).toEqual(REVOKED);
        expect(await refreshWith(app, tokens.refresh_token)).toEqual(REVOKED);
        expect(await app.send(method, '/auth/logout', { token: tokens[kind] })).toEqual(LOGGED_OUT);
      }
    });

    it('logout ends the session of a token that has expired', async () => {
      const tokens = await tokensOf(app);
      const { sid, jti } = readToken(tokens.access_token).claims;
      expect(await app.send('POST', '/auth/logout', { token: forge({ sub: '1', sid, jti, exp: 1 }) })).toEqual(
        LOGGED_OUT,
      );
      expect(await app.get('/protected', tokens.access_token)).toEqual(REVOKED);
    });

    it('logout revokes a token without a session', async () => {
      const token = await app.tokens.createAccessToken('1');
      expect(await app.send('POST', '/auth/logout', { token })).toEqual(LOGGED_OUT);
      expect(await app.get('/protected', token)).toEqual(REVOKED);
    });

    it.each([
      ['no token', undefined, 401],
      ['a forged token', forge({}, { secret: 'x'.repeat(40) }), 422],
      ['garbage', 'garbage', 422],
    ])('logout refuses %s', async (_, token, status) => {
      expect(await app.send('POST', '/auth/logout', { token })).toMatchObject({ status });
    });

    it.each(['POST', 'DELETE'])('%s logout-everywhere ends all sessions of the user alone', async (method) => {
      const [one, two] = [await tokensOf(app), await tokensOf(app)];
      const other = (await logIn(app, { username: 'carol', password: PASSWORD })).body as Tokens;
      expect(await app.send(method, '/auth/logout-everywhere', { token: one.access_token })).toEqual(LOGGED_OUT);
      expect(await app.get('/protected', one.access_token)).toEqual(REVOKED);
      expect(await app.get('/protected', two.access_token)).toEqual(REVOKED);
      expect(await app.get('/protected', other.access_token)).toMatchObject({ status: 200 });
    });

    it('sessions lists the sessions of the user, and ends one of them', async () => {
      await app.tokens.revokeAllFor('1');
      const [one, two] = [await tokensOf(app), await tokensOf(app)];
      const list = (token: string) => app.get('/auth/sessions', token);
      const sidOf = (tokens: Tokens) => readToken(tokens.access_token).claims.sid;
      const rows = (await list(one.access_token)).body as { sid: unknown; current: unknown; createdAt: unknown }[];
      expect(rows.map(({ sid, current }) => [sid, current]).sort()).toEqual(
        [
          [sidOf(one), true],
          [sidOf(two), false],
        ].sort(),
      );
      const ended = await app.send('DELETE', `/auth/sessions/${String(sidOf(two))}`, { token: one.access_token });
      expect(ended).toEqual({ status: 200, body: { msg: 'session ended' } });
      expect(await list(two.access_token)).toEqual(REVOKED);
      expect((await list(one.access_token)).body).toHaveLength(1);
    });

    it('sessions ends no session of another user, and none that does not exist', async () => {
      const { access_token } = await tokensOf(app);
      const other = (await logIn(app, { username: 'carol', password: PASSWORD })).body as Tokens;
      for (const sid of [String(readToken(other.access_token).claims.sid), 'none', '%20', '..%2f..']) {
        const answer = await app.send('DELETE', `/auth/sessions/${sid}`, { token: access_token });
        expect(answer).toEqual({ status: 404, body: { msg: 'No such session' } });
      }
      expect(await app.get('/protected', other.access_token)).toMatchObject({ status: 200 });
    });

    it.each([
      ['GET', '/auth/me'],
      ['GET', '/auth/sessions'],
      ['DELETE', '/auth/sessions/any'],
      ['POST', '/auth/logout-everywhere'],
      ['DELETE', '/auth/logout-everywhere'],
    ])('%s %s needs an access token', async (method, path) => {
      const { refresh_token } = await tokensOf(app);
      expect(await app.send(method, path)).toEqual({ status: 401, body: { msg: 'Missing Authorization Header' } });
      expect(await app.send(method, path, { token: refresh_token })).toMatchObject({ status: 422 });
      expect(await app.send(method, path, { token: 'garbage' })).toMatchObject({ status: 422 });
    });
  });

  it('refresh without a store returns a new access token with the same claims', async () => {
    const additionalClaims = ({ role }: UserEntity) => ({ role });
    await withJwtApp(
      adapter,
      logInSetup({ refresh: true, routes: { refresh: true } }, { additionalClaims }),
      async (app) => {
        const { refresh_token } = await tokensOf(app);
        const { status, body } = await refreshWith(app, refresh_token);
        expect([status, Object.keys(body as object)]).toEqual([200, ['access_token']]);
        expect(readToken((body as Tokens).access_token).claims).toMatchObject({
          fresh: false,
          sub: '1',
          role: 'admin',
        });
      },
    );
  });

  it('refresh and logout read the token from a JSON body where the application does', async () => {
    const options = { ...withStore(), tokenLocation: ['headers', 'json'] } as const;
    await withJwtApp(adapter, logInSetup({ refresh: true, routes: ALL }, options), async (app) => {
      const { refresh_token } = await tokensOf(app);
      const refreshed = await app.send('POST', '/auth/refresh', { body: { refresh_token } });
      expect(refreshed).toMatchObject({ status: 200 });
      const next = refreshed.body as Tokens;
      const body = { refresh_token: next.refresh_token };
      expect(await app.send('POST', '/auth/logout', { body })).toEqual(LOGGED_OUT);
      expect(await app.get('/protected', next.access_token)).toEqual(REVOKED);
    });
  });

  it('refresh without cookies: true does not read the refresh token in a cookie', async () => {
    const options: JwtExtendedOptions = { ...withStore(), tokenLocation: ['headers', 'cookies'], csrf: false };
    await withJwtApp(adapter, logInSetup({ refresh: true, routes: ALL }, options), async (app) => {
      const { refresh_token } = await tokensOf(app);
      const headers: Sending['headers'] = [['Cookie', `refresh_token_cookie=${refresh_token}`]];
      expect(await app.send('POST', '/auth/refresh', { headers })).toMatchObject({ status: 401 });
      expect(await app.send('POST', '/auth/logout', { headers })).toMatchObject({ status: 401 });
    });
  });

  describe('me', () => {
    const me = async (setup: LogInSetup, options: JwtExtendedOptions): Promise<Answer> => {
      let answer: Answer | undefined;
      await withJwtApp(adapter, logInSetup({ routes: { me: true }, ...setup }, options), async (app) => {
        answer = await app.get('/auth/me', (await tokensOf(app)).access_token);
      });
      return answer as Answer;
    };
    const userLookup = ({ sub }: { sub?: string }) => USERS.find(({ id }) => String(id) === sub) ?? null;

    it('answers the identity, and never the user', async () => {
      expect(await me({}, { userLookup })).toEqual({ status: 200, body: { identity: '1' } });
    });

    it('answers what profile returns for the user of userLookup', async () => {
      const profile = ({ username }: UserEntity) => ({ username });
      expect(await me({ profile }, { userLookup })).toEqual({ status: 200, body: { username: 'alice' } });
    });

    it('passes the claims to profile without userLookup', async () => {
      const profile = (claims: unknown) => ({ name: (claims as { sub: string }).sub });
      expect(await me({ profile }, {})).toEqual({ status: 200, body: { name: '1' } });
    });

    it('refuses a profile that is the user itself', async () => {
      const answer = await me({ profile: (user: UserEntity) => ({ user }) }, { userLookup });
      expect(answer).toMatchObject({ status: 500 });
      expect(JSON.stringify(answer.body)).not.toContain('hash');
    });
  });

  it('paths are relative to the log-in, or begin with a slash', async () => {
    const routes = { me: 'who/am-i', refresh: '/tokens/new', logout: 'bye/' };
    await withJwtApp(adapter, logInSetup({ refresh: true, routes }, withStore()), async (app) => {
      const { access_token, refresh_token } = await tokensOf(app);
      expect(await app.get('/auth/who/am-i', access_token)).toMatchObject({ status: 200 });
      expect(await app.send('POST', '/tokens/new', { token: refresh_token })).toMatchObject({ status: 200 });
      expect(await app.send('POST', '/auth/bye', { token: access_token })).toEqual(LOGGED_OUT);
    });
  });

  it('answers 503 while the store does not respond', async () => {
    const store = new MemoryRevocationStore();
    const options: JwtExtendedOptions = { revocation: { store } };
    await withJwtApp(adapter, logInSetup({ refresh: true, routes: ALL }, options), async (app) => {
      const { access_token, refresh_token } = await tokensOf(app);
      for (const method of ['lookUp', 'present', 'openSession', 'endSession', 'endSessions', 'listSessions'] as const) {
        Object.assign(store, { [method]: () => Promise.reject(new Error('down')) });
      }
      expect(await logIn(app)).toMatchObject({ status: 503 });
      expect(await refreshWith(app, refresh_token)).toMatchObject({ status: 503 });
      for (const path of ['logout', 'logout-everywhere']) {
        expect(await app.send('POST', `/auth/${path}`, { token: access_token })).toMatchObject({ status: 503 });
      }
      expect(await app.get('/auth/sessions', access_token)).toMatchObject({ status: 503 });
    });
  });
});
