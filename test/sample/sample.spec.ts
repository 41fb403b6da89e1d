import { posix } from 'node:path';
import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import { MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { jwtTesting } from 'nestjs-jwt-extended/testing';
import { AppModule } from '../../sample/src/app.module.js';
import type { User } from '../../sample/src/users/user.js';
import { Environment } from '../../sample/src/environment/environment.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import { PASSWORD, SampleClient, type Pair } from './client.js';

const refused = { status: 401, body: { msg: 'Bad username or password', code: 'JWT_BAD_CREDENTIALS' } };
const revoked = { status: 401, body: { msg: 'Token has been revoked', code: 'JWT_REVOKED' } };
const noToken = {
  status: 401,
  body: {
    msg: 'Missing JWT in headers or cookies (Missing Authorization Header; Missing cookie "access_token_cookie")',
    code: 'JWT_MISSING',
  },
};

const ALICE: User = { id: '1', username: 'alice', role: 'admin' };
const BOB: User = { id: '2', username: 'bob', role: 'user' };

let app: RunningApp;
let sample: SampleClient;
let bob: Pair;

/** What a request of this user sends, without a log-in. */
const as = async (user: User) => ({ headers: Object.entries((await jwtTesting(app.app).as(user)).headers) });

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
  sample = new SampleClient(app.url);
  bob = await sample.pairOf('bob');
});

afterAll(() => app.close());

it('lists all routes at /', async () => {
  const { status, body } = await sample.request('GET /');
  expect(status).toBe(200);
  const routes = String(body).match(/^(?:GET|POST|DELETE) +\/\S+/gm) ?? [];
  const shown = routes.map((route) => route.replace(/ +/, ' '));
  expect([...shown, 'GET /'].sort()).toEqual([...handlersOf(app.app), 'POST /graphql'].sort());
});

/** The routes of all controllers, as `METHOD /path`. */
function handlersOf(nest: INestApplication): string[] {
  const modules = [...nest.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype));
  return controllers.flatMap((controller) => {
    const prototype = (controller as Type).prototype as Record<string, object>;
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
      const paths = [controller, prototype[name]].map(
        (target) => Reflect.getMetadata('path', target as object) as string,
      );
      const method = RequestMethod[Reflect.getMetadata('method', prototype[name] as object) as RequestMethod];
      return method === undefined ? [] : [`${method} ${posix.join('/', ...paths).replace(/(.)\/$/, '$1')}`];
    });
  });
}

describe('log-in', () => {
  it('returns a pair of tokens', async () => {
    const { status, body } = await sample.login('alice');
    expect(status).toBe(200);
    const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(body).toEqual({ access_token: token, refresh_token: token });
  });

  it('and refresh return tokens that no cache stores', async () => {
    const answer = await sample.login('alice');
    const { refresh_token: token } = answer.body as Pair;
    const refreshed = await sample.request('POST /auth/refresh', { token });
    const session = { body: { username: 'alice', password: PASSWORD } };
    const inCookies = await sample.request('POST /auth/session', session);
    for (const each of [answer, refreshed, inCookies]) expect(each.header('cache-control')).toBe('no-store');
  });

  it('refuses a wrong password and an unknown user with the same response', async () => {
    expect(await sample.login('alice', 'wrong')).toEqual(refused);
    expect(await sample.login('nobody', PASSWORD)).toEqual(refused);
    expect(await sample.login('__proto__', PASSWORD)).toEqual(refused);
  });

  it.each([
    ['no body', undefined],
    ['a body that is not an object', ['alice']],
    ['no password', { username: 'alice' }],
    ['a password that is not a string', { username: 'alice', password: { $ne: '' } }],
    ['an empty username', { username: '', password: PASSWORD }],
    ['a password that is too long', { username: 'alice', password: 'x'.repeat(4097) }],
  ])('refuses %s as a bad request', async (_, body) => {
    expect(await sample.request('POST /auth/login', { body })).toMatchObject({ status: 400 });
  });
});

describe('the profile', () => {
  it('belongs to the user of the token', async () => {
    const answer = await sample.request('GET /profile', await as(BOB));
    expect(answer).toEqual({ status: 200, body: { id: '2', username: 'bob', role: 'user' } });
  });

  it('needs an access token', async () => {
    expect(await sample.request('GET /profile')).toEqual(noToken);
    const { refresh } = await jwtTesting(app.app).as(BOB, { session: true });
    expect(await sample.request('GET /profile', { token: refresh?.token })).toEqual({
      status: 422,
      body: { msg: 'Only non-refresh tokens are allowed', code: 'JWT_WRONG_TYPE' },
    });
  });
});

describe('the greeting', () => {
  it('needs no token', async () => {
    expect(await sample.request('GET /greeting')).toEqual({ status: 200, body: { msg: 'Hello, stranger' } });
  });

  it('names the user of a token', async () => {
    const answer = await sample.request('GET /greeting', await as(BOB));
    expect(answer.body).toEqual({ msg: 'Hello, bob' });
  });

  it('refuses an invalid token', async () => {
    const jwt = jwtTesting(app.app);
    for (const [{ token }, code] of [
      [await jwt.forged(BOB), 'JWT_INVALID'],
      [await jwt.expired(BOB), 'JWT_EXPIRED'],
      [await jwt.revoked(BOB), 'JWT_REVOKED'],
    ] as const) {
      expect(await sample.request('GET /greeting', { token })).toMatchObject({ body: { code } });
    }
  });
});

describe('the list of users', () => {
  it('is for administrators, and contains no password hashes', async () => {
    const answer = await sample.request('GET /admin/users', await as(ALICE));
    expect(answer).toEqual({ status: 200, body: [ALICE, BOB] });
  });

  it('is refused to other users', async () => {
    expect(await sample.request('GET /admin/users', await as(BOB))).toEqual({
      status: 403,
      body: { msg: 'Insufficient scope', code: 'JWT_INSUFFICIENT_SCOPE' },
    });
    expect(await sample.request('GET /admin/users')).toEqual(noToken);
  });
});

describe('a refresh', () => {
  it('returns a new pair; after its use, the old refresh token ends the session', async () => {
    const { refresh_token: token } = await sample.pairOf('bob');
    const { status, body } = await sample.request('POST /auth/refresh', { token });
    const next = body as Pair;
    expect(status).toBe(200);
    expect(await sample.request('GET /profile', { token: next.access_token })).toMatchObject({ status: 200 });
    const last = await sample.request('POST /auth/refresh', { token: next.refresh_token });
    expect(last).toMatchObject({ status: 200 });
    expect(await sample.request('POST /auth/refresh', { token })).toEqual(revoked);
    expect(await sample.request('GET /profile', { token: (last.body as Pair).access_token })).toEqual(revoked);
  });

  it('returns the same pair to several requests at the same time', async () => {
    const { refresh_token: token } = await sample.pairOf('bob');
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => sample.request('POST /auth/refresh', { token })));
    expect(first).toMatchObject({ status: 200 });
    for (const other of others) expect(other).toEqual(first);
  });

  it('refuses an access token', async () => {
    expect(await sample.request('POST /auth/refresh', { token: bob.access_token })).toEqual({
      status: 422,
      body: { msg: 'Only refresh tokens are allowed', code: 'JWT_WRONG_TYPE' },
    });
  });
});

describe('a new password', () => {
  const body = { password: 'another horse' };

  it('needs a fresh token', async () => {
    const { body: pair } = await sample.request('POST /auth/refresh', {
      token: (await sample.pairOf('bob')).refresh_token,
    });
    const token = (pair as Pair).access_token;
    expect(await sample.request('POST /profile/password', { token, body })).toEqual({
      status: 401,
      body: { msg: 'Fresh token required', code: 'JWT_NOT_FRESH' },
    });
  });

  it('must have at least 8 characters', async () => {
    const token = bob.access_token;
    const answer = await sample.request('POST /profile/password', { token, body: { password: 'horse' } });
    expect(answer).toEqual({
      status: 400,
      body: { msg: '"password" must be a string of 8 to 256 characters', code: 'BAD_FIELD' },
    });
  });

  it('replaces the old password', async () => {
    const token = bob.access_token;
    expect(await sample.request('POST /profile/password', { token, body })).toMatchObject({ status: 200 });
    expect(await sample.login('bob')).toEqual(refused);
    expect(await sample.login('bob', body.password)).toMatchObject({ status: 200 });
    expect(await sample.login('alice')).toMatchObject({ status: 200 });
  });
});

describe('log-out', () => {
  it('ends the session of the token and no other session', async () => {
    const [one, other] = [await sample.pairOf('alice'), await sample.pairOf('alice')];
    const token = one.access_token;
    expect(await sample.request('DELETE /auth/logout', { token })).toEqual({
      status: 200,
      body: { msg: 'logout successful' },
    });
    expect(await sample.request('GET /profile', { token })).toEqual(revoked);
    expect(await sample.request('POST /auth/logout', { token })).toMatchObject({ status: 200 });
    expect(await sample.request('POST /auth/refresh', { token: one.refresh_token })).toEqual(revoked);
    expect(await sample.request('GET /profile', { token: other.access_token })).toMatchObject({ status: 200 });
  });

  it('accepts the refresh token too', async () => {
    const { refresh_token: token } = await sample.pairOf('alice');
    expect(await sample.request('DELETE /auth/logout', { token })).toMatchObject({ status: 200 });
    expect(await sample.request('POST /auth/refresh', { token })).toEqual(revoked);
  });
});

describe('the sessions of a user', () => {
  interface Shown {
    readonly sid: string;
    readonly current: boolean;
  }
  const sessionsOf = async (token: string) => (await sample.request('GET /auth/sessions', { token })).body as Shown[];

  it('are listed, and one of them can be ended', async () => {
    const [here, there] = [await sample.pairOf('alice'), await sample.pairOf('alice')];
    const sessions = await sessionsOf(here.access_token);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    const [other] = (await sessionsOf(there.access_token)).filter(({ current }) => current);
    const token = here.access_token;
    expect(await sample.request(`DELETE /auth/sessions/${other?.sid}`, { token })).toMatchObject({ status: 200 });
    expect(await sample.request('GET /profile', { token: there.access_token })).toEqual(revoked);
    expect(await sample.request('GET /profile', { token })).toMatchObject({ status: 200 });
  });

  it('cannot be ended by another user', async () => {
    const [own] = await sessionsOf((await sample.pairOf('alice')).access_token);
    const { access_token: token } = (await sample.login('bob', 'another horse')).body as Pair;
    for (const sid of [own?.sid, 'nonsense', '%20']) {
      expect(await sample.request(`DELETE /auth/sessions/${sid}`, { token })).toMatchObject({ status: 404 });
    }
  });

  it('can be ended all at once', async () => {
    const [here, there] = [await sample.pairOf('alice'), await sample.pairOf('alice')];
    const token = here.access_token;
    expect(await sample.request('DELETE /auth/sessions', { token })).toMatchObject({ status: 200 });
    for (const pair of [here, there]) {
      expect(await sample.request('GET /profile', { token: pair.access_token })).toEqual(revoked);
      expect(await sample.request('POST /auth/refresh', { token: pair.refresh_token })).toEqual(revoked);
    }
  });
});

describe('the environment', () => {
  it('is optional', () => {
    const { port, jwtSecret } = new Environment({});
    expect(port).toBe(3000);
    expect(jwtSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(new Environment({}).jwtSecret).not.toBe(jwtSecret);
  });

  it('sets port and secret', () => {
    expect(new Environment({ PORT: '8080', JWT_SECRET_KEY: 'x', NODE_ENV: 'production' })).toEqual({
      port: 8080,
      jwtSecret: 'x',
      isProduction: true,
      databaseUrl: null,
      redisUrl: null,
    });
  });

  it.each(['http', '-1', '65536', ''])('refuses the port "%s"', (PORT) => {
    expect(() => new Environment({ PORT })).toThrow('PORT must be a number');
  });

  it.each([undefined, ''])('stops the start in production if the secret is %p', async (secret) => {
    const before = { ...process.env };
    Object.assign(process.env, { NODE_ENV: 'production', JWT_SECRET_KEY: secret ?? '' });
    if (secret === undefined) delete process.env.JWT_SECRET_KEY;
    try {
      const start = NestFactory.create(AppModule, { abortOnError: false, logger: false });
      await expect(start).rejects.toThrow('JWT_SECRET_KEY is not set');
    } finally {
      process.env = before;
    }
  });
});
