import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { Controller, Get, Logger, UseGuards, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Jwt, JwtGuard, JwtRequired, setJwtContext, TokenService, type TokenPair } from 'nestjs-jwt-extended';
import { startApp, type RunningApp } from '../support/adapters.js';
import { send } from '../support/http-client.js';
import { useJwtApp } from '../support/jwt-app.js';
import { debianProgram, itWithProgram } from '../support/programs.js';
import { ExampleProject } from '../docs/example-project.js';
import { readPage } from '../docs/page.js';

const run = promisify(execFile);

process.env.JWT_SECRET_KEY = '0123456789abcdef0123456789abcdef';
Logger.overrideLogger(false);

const { blocks } = readPage('README.md');
const project = new ExampleProject(blocks);
const { SessionController } = await import(project.path('src/session.controller.ts'));
const { AdminGuard } = await import(project.path('src/roles.guard.ts'));
const { ApiKeyOrTokenGuard } = await import(project.path('src/api-key.guard.ts'));
const { FlaskModule } = await import(project.path('src/flask.module.ts'));
const { LoginModule } = await import(project.path('src/login.module.ts'));
const { SessionsModule } = await import(project.path('src/sessions.module.ts'));

afterAll(() => project.remove());

describe('the quick start', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const create = jest.spyOn(NestFactory, 'create');
    process.env.PORT = '0';
    await import(project.path('src/main.ts'));
    delete process.env.PORT;
    app = (await create.mock.results[0]?.value) as INestApplication;
  });
  afterAll(() => app.close());

  itWithProgram(debianProgram('curl'), 'answers as shown', async () => {
    const consoles = blocks.filter(({ language }) => language === 'console').map(({ code }) => code);
    const { port } = new URL(await app.getUrl());
    const text = consoles.join('').replaceAll('localhost:3000', `localhost:${port}`);
    const steps = text.split(/^\$ /m).slice(1);
    const commands = steps.map((step) => step.slice(0, step.indexOf('\n')));
    const { stdout, stderr } = await run('bash', ['--norc', '-euc', commands.join(`\nprintf '\\x1e'\n`)]);
    expect(stderr).toBe('');
    const answers = stdout.split('\x1e').map((answer, index) => `${commands[index]}\n${answer}`.trim());
    expect(answers.map(withoutTokens)).toEqual(steps.map((step) => step.trim()));
  });

  it('lets no cache store the tokens', async () => {
    const url = await app.getUrl();
    const opened = await send('POST', `${url}/login`, { body: { username: 'alice', password: 'secret' } });
    const refreshed = await send('POST', `${url}/refresh`, { token: (opened.body as TokenPair).refreshToken });
    for (const answer of [opened, refreshed]) {
      expect(answer).toMatchObject({ status: 201, body: { accessToken: expect.any(String) } });
      expect(answer.header('cache-control')).toBe('no-store');
    }
  });
});

/** Shortens tokens as the README does. */
function withoutTokens(text: string): string {
  return text.replace(/eyJ[\w.-]+/g, 'eyJ…');
}

// The README shows a test file. Importing it runs its tests.
await import(project.path('test/app.e2e-spec.ts'));

describe('a guard bound route by route', () => {
  @UseGuards(JwtGuard)
  @Controller()
  class BoundController {
    @Get()
    claims(@Jwt() claims: object) {
      return claims;
    }
  }
  const payload = { sub: 'alice', type: 'access', fresh: true, jti: null };
  const stub = {
    canActivate(context: ExecutionContext) {
      setJwtContext(context, { token: '', header: { alg: 'HS256' }, payload, location: 'headers' });
      return true;
    },
  };
  const app = useJwtApp('express', {
    controllers: [BoundController],
    options: { globalGuard: false },
    customise: (builder) => builder.overrideGuard(JwtGuard).useValue(stub),
  });

  it('is replaced by overrideGuard', async () => {
    expect(await app.get('/')).toEqual({ status: 200, body: payload });
  });
});

describe('the log-in out of the box', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp('express', { imports: [LoginModule] });
  });
  afterAll(() => app.close());

  it('answers as shown', async () => {
    const { body } = await send('POST', `${app.url}/auth`, { body: { username: 'alice', password: 'secret' } });
    expect(body).toEqual({ access_token: expect.any(String), refresh_token: expect.any(String) });
    const { access_token: token } = body as { access_token: string };
    expect(await send('GET', `${app.url}/auth/me`, { token })).toEqual({ status: 200, body: { identity: '1' } });
  });
});

describe('the session in cookies', () => {
  const app = useJwtApp('express', { controllers: [SessionController] });

  it('closes only with the double submit value', async () => {
    const opened = await app.send('POST', '/session');
    const cookies = opened.header('set-cookie') ?? '';
    const [access, csrf] = ['access_token_cookie', 'csrf_access_token'].map((name) => {
      return new RegExp(`\\b${name}=([^;]+)`).exec(cookies)?.[1] ?? '';
    });
    const headers: [string, string][] = [['Cookie', `access_token_cookie=${access}`]];
    expect(await app.send('DELETE', '/session', { headers })).toEqual({
      status: 401,
      body: { msg: 'Missing CSRF token' },
    });
    headers.push(['X-CSRF-TOKEN', csrf ?? '']);
    expect(await app.send('DELETE', '/session', { headers })).toMatchObject({ status: 200 });
  });
});

describe('the sessions', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp('express', { imports: [SessionsModule] });
  });
  afterAll(() => app.close());
  const logIn = () => app.app.get(TokenService, { strict: false }).createTokenPair('alice', { fresh: true });
  const request = (method: string, path: string, token: string) => send(method, `${app.url}${path}`, { token });
  const revoked = { status: 401, body: { msg: 'Token has been revoked' } };

  it('rotate; an old refresh token ends the session after the use of its successor', async () => {
    const first = await logIn();
    const refreshed = await request('POST', '/sessions/refresh', first.refreshToken);
    expect(refreshed.header('cache-control')).toBe('no-store');
    const second = refreshed.body as TokenPair;
    const third = (await request('POST', '/sessions/refresh', second.refreshToken)).body as TokenPair;
    expect(await request('GET', '/sessions', third.accessToken)).toMatchObject({ status: 200, body: [{}] });
    expect(await request('POST', '/sessions/refresh', first.refreshToken)).toEqual(revoked);
    expect(await request('GET', '/sessions', third.accessToken)).toEqual(revoked);
  });

  it('end after log-out, one or all of them', async () => {
    const [one, two, three] = [await logIn(), await logIn(), await logIn()];
    expect(await request('DELETE', '/sessions/current', one.refreshToken)).toMatchObject({ status: 204 });
    expect(await request('GET', '/sessions', one.accessToken)).toEqual(revoked);
    expect(await request('DELETE', '/sessions', two.accessToken)).toMatchObject({ status: 204 });
    expect(await request('POST', '/sessions/refresh', three.refreshToken)).toEqual(revoked);
  });
});

describe('the guards', () => {
  @Controller()
  class GuardedController {
    @JwtRequired()
    @UseGuards(AdminGuard)
    @Get('admin')
    admin() {
      return {};
    }

    @UseGuards(ApiKeyOrTokenGuard)
    @Get('key')
    key() {
      return {};
    }
  }
  const app = useJwtApp('express', { controllers: [GuardedController] });

  it('require the role', async () => {
    const tokenOf = (role: string) => app.tokens.createAccessToken('alice', { claims: { role } });
    expect(await app.get('/admin', await tokenOf('admin'))).toMatchObject({ status: 200 });
    expect(await app.get('/admin', await tokenOf('user'))).toMatchObject({ status: 403 });
  });

  it('require the API key or a fresh token', async () => {
    const token = await app.tokens.createAccessToken('alice', { fresh: true });
    expect(await app.get('/key', token)).toMatchObject({ status: 200 });
    expect(await app.get('/key')).toMatchObject({ status: 401 });
    process.env.API_KEY = 'key';
    expect(await app.send('GET', '/key', { headers: [['X-Api-Key', 'key']] })).toMatchObject({ status: 200 });
    expect(await app.send('GET', '/key', { headers: [['X-Api-Key', 'other']] })).toMatchObject({ status: 401 });
  });
});

it("reads Flask's options from the environment", async () => {
  const module = await Test.createTestingModule({ imports: [FlaskModule] }).compile();
  const tokens = module.get(TokenService, { strict: false });
  const { payload } = await tokens.verify(await tokens.createAccessToken('alice'));
  expect(payload).toMatchObject({ sub: 'alice', role: 'user' });
});
