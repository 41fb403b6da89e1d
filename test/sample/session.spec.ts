import { AppModule } from '../../sample/src/app.module.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import type { Answer } from '../support/http-client.js';
import { PASSWORD, SampleClient } from './client.js';

/** Stores and sends cookies like a browser, but ignores their paths. Adds the double submit value like the page. */
class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(private readonly sample: SampleClient) {}

  async send(route: string, body?: object, proof = 'csrf_access_token'): Promise<Answer> {
    const headers = [
      ['Cookie', [...this.cookies].map((pair) => pair.join('=')).join('; ')],
      ['X-CSRF-TOKEN', this.cookies.get(proof) ?? ''],
    ] as const;
    const answer = await this.sample.request(route, { headers, body });
    for (const line of answer.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  logIn(username = 'alice'): Promise<Answer> {
    return this.send('POST /auth/session', { username, password: PASSWORD });
  }
}

const revoked = { status: 401, body: { msg: 'Token has been revoked', code: 'JWT_REVOKED' } };
const alice = { id: '1', username: 'alice', role: 'admin' };

let app: RunningApp;
let sample: SampleClient;
let visitor: Visitor;

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
  sample = new SampleClient(app.url);
});
afterAll(() => app.close());

beforeEach(async () => {
  visitor = new Visitor(sample);
  await visitor.logIn();
});

it('returns no tokens in bodies, and limits the refresh token to its own routes', async () => {
  const answer = await visitor.logIn();
  expect(answer).toEqual({ status: 200, body: { msg: 'Hello, alice' } });
  const lines = answer.setCookies.map((line) => line.replace(/=[^;]+/, ''));
  expect(lines).toEqual([
    'access_token_cookie; Path=/; HttpOnly; SameSite=Lax',
    'csrf_access_token; Path=/; SameSite=Lax',
    'refresh_token_cookie; Path=/auth/session; HttpOnly; SameSite=Lax',
    'csrf_refresh_token; Path=/; SameSite=Lax',
  ]);
});

it('refuses a wrong password, and sets no cookie', async () => {
  const answer = await sample.request('POST /auth/session', { body: { username: 'alice', password: 'wrong' } });
  expect(answer).toEqual({ status: 401, body: { msg: 'Bad username or password', code: 'JWT_BAD_CREDENTIALS' } });
  expect(answer.setCookies).toEqual([]);
});

it('returns the current user, or null', async () => {
  const { body } = await visitor.send('GET /auth/session');
  expect(body).toMatchObject({ user: alice, fresh: true, expires: expect.stringMatching(/^\d{4}-.*Z$/) });
  const anonymous = { user: null, fresh: false, expires: null };
  expect(await sample.request('GET /auth/session')).toEqual({ status: 200, body: anonymous });
});

it('stores a note only with the double submit value', async () => {
  expect(await visitor.send('POST /notes', { text: 'one' })).toEqual({ status: 201, body: ['one'] });
  expect(await visitor.send('POST /notes', { text: 'two' })).toMatchObject({ body: ['two', 'one'] });
  const noValue = { status: 401, body: { msg: 'Missing CSRF token', code: 'JWT_CSRF' } };
  expect(await visitor.send('POST /notes', { text: 'three' }, 'none')).toEqual(noValue);
  expect(await visitor.send('GET /notes')).toEqual({ status: 200, body: ['two', 'one'] });
  const { access_token: token } = await sample.pairOf('bob');
  expect(await sample.request('GET /notes', { token })).toEqual({ status: 200, body: [] });
});

it('refreshes with the cookie; the new token is not fresh until the user confirms the password', async () => {
  const before = new Map(visitor.cookies);
  const refresh = () => visitor.send('POST /auth/session/refresh', undefined, 'csrf_refresh_token');
  expect(await refresh()).toEqual({ status: 200, body: { msg: 'token refreshed' } });
  expect(await visitor.send('GET /auth/session')).toMatchObject({ body: { user: alice, fresh: false } });
  const password = { password: PASSWORD };
  expect(await visitor.send('POST /profile/password', password)).toMatchObject({ status: 401 });
  expect(await visitor.send('POST /auth/session/confirm', { password: 'wrong' })).toEqual({
    status: 403,
    body: { msg: 'Wrong password', code: 'WRONG_PASSWORD' },
  });
  expect(await visitor.send('POST /auth/session/confirm', password)).toMatchObject({ status: 200 });
  expect(await visitor.send('POST /profile/password', password)).toMatchObject({ status: 200 });
  expect(await refresh()).toMatchObject({ status: 200 });
  before.forEach((value, name) => visitor.cookies.set(name, value));
  expect(await refresh()).toEqual(revoked);
});

it('ends the session with all its tokens, including those of a refresh and a confirmation', async () => {
  const first = visitor.cookies.get('access_token_cookie');
  await visitor.send('POST /auth/session/refresh', undefined, 'csrf_refresh_token');
  const second = visitor.cookies.get('access_token_cookie');
  await visitor.send('POST /auth/session/confirm', { password: PASSWORD });
  const third = visitor.cookies.get('access_token_cookie');
  const other = new Visitor(sample);
  await other.logIn();
  const answer = await visitor.send('DELETE /auth/session', undefined, 'csrf_refresh_token');
  expect(answer).toEqual({ status: 200, body: { msg: 'logout successful' } });
  expect(visitor.cookies.size).toBe(0);
  for (const token of [first, second, third]) expect(await sample.request('GET /profile', { token })).toEqual(revoked);
  expect(await other.send('GET /auth/session')).toMatchObject({ body: { user: alice } });
});

it('logs out everywhere, and deletes the cookies', async () => {
  const other = new Visitor(sample);
  await other.logIn();
  expect(await visitor.send('POST /auth/session/logout-everywhere')).toEqual({
    status: 200,
    body: { msg: 'logout successful' },
  });
  expect(visitor.cookies.size).toBe(0);
  expect(await other.send('GET /profile')).toEqual(revoked);
});

it('logs out without the access token', async () => {
  visitor.cookies.delete('access_token_cookie');
  expect(await visitor.send('DELETE /auth/session', undefined, 'csrf_refresh_token')).toMatchObject({ status: 200 });
});

it('refuses headers on routes for browsers, and cookies on routes for programs', async () => {
  const { access_token: access, refresh_token: refresh } = await sample.pairOf('alice');
  expect(await sample.request('POST /auth/session/refresh', { token: refresh })).toMatchObject({ status: 401 });
  // A log-out without cookies ends nothing.
  expect(await sample.request('DELETE /auth/session', { token: refresh })).toMatchObject({ status: 200 });
  expect(await sample.request('GET /profile', { token: access })).toMatchObject({ status: 200 });
  expect(await sample.request('POST /auth/session/confirm', { token: access })).toMatchObject({ status: 401 });
  for (const route of ['POST /auth/refresh', 'DELETE /auth/logout']) {
    expect(await visitor.send(route, undefined, 'csrf_refresh_token')).toEqual({
      status: 401,
      body: { msg: 'Missing Authorization Header', code: 'JWT_MISSING' },
    });
  }
});

it('sets Secure cookies in production', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { NODE_ENV: 'production', JWT_SECRET_KEY: 'xy'.repeat(16) });
  const production = await startApp('express', { imports: [AppModule] });
  process.env = before;
  const { setCookies } = await new Visitor(new SampleClient(production.url)).logIn();
  expect(setCookies.filter((line) => line.includes('; Secure;'))).toHaveLength(4);
  await production.close();
});

it.each([
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
  ['*/*', 'text/plain'],
  ['text/plain', 'text/plain'],
  ['image/png', 'text/plain'],
])('answers %s at / with %s', async (accepted, type) => {
  const answer = await sample.request('GET /', { headers: [['Accept', accepted]] });
  expect(answer.status).toBe(200);
  expect(answer.header('Content-Type')).toBe(`${type}; charset=utf-8`);
  expect(answer.header('Vary')).toContain('Accept');
});
