// Runs the library in a process whose Object.prototype has further members, as after a flaw in another library.
// `traced <names>` prints which file of the library reads a name from Object.prototype. `polluted <JSON>` prints answers.
import 'reflect-metadata';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadSource } from './load-source.mjs';

const [mode, members] = process.argv.slice(2);
const library = await loadSource('index.ts');
const secret = 'k1'.repeat(32);
const found = new Set();

/** An accessor that notes which file of the library reads it. Other modules may read it. */
function trace(name) {
  let isReading = false;
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    get() {
      if (isReading) return undefined;
      isReading = true;
      const reader = new Error('trace').stack?.split('\n')[2] ?? '';
      const file = /source-[^/]*\/(.*?)\.js/.exec(reader)?.[1];
      if (file !== undefined) found.add(`${name} in ${file}`);
      isReading = false;
      return undefined;
    },
    set(value) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

function pollute() {
  if (mode === 'traced') return members.split(' ').forEach(trace);
  for (const [name, value] of Object.entries(JSON.parse(members))) {
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true });
  }
}

function forge(claims) {
  const input = [{ alg: 'HS256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function controllerWith(requirements) {
  class Handlers {}
  for (const [path, requirement] of Object.entries(requirements)) {
    Object.defineProperty(Handlers.prototype, path, { value: () => ({}), writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, path);
    Get(path)(Handlers.prototype, path, descriptor);
    library.JwtRequired(requirement)(Handlers.prototype, path, descriptor);
  }
  Controller()(Handlers);
  return Handlers;
}

async function withApp(options, work) {
  class Root {}
  const requirements = {
    me: undefined,
    fresh: { fresh: true },
    scoped: { scopes: 'a', roles: 'b' },
    refresh: { refresh: true },
  };
  const imports = [library.JwtExtendedModule.forRootAsync({ useFactory: () => options })];
  Module({ imports, controllers: [controllerWith(requirements)] })(Root);
  const app = await NestFactory.create(Root, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const get = async (path, token) => {
    const headers = { cookie: `access_token_cookie=${token}`, ...(token && { authorization: `Bearer ${token}` }) };
    return (await fetch(`${url}/${path}`, { headers })).status;
  };
  await work(app, get);
  await app.close();
}

const now = Math.floor(Date.now() / 1000);
const TOKENS = {
  none: undefined,
  good: forge({ sub: 'alice', jti: 'a', exp: now + 600 }),
  bare: forge({ sub: 'alice', jti: 'b' }),
  expired: forge({ sub: 'alice', jti: 'c', exp: 1 }),
  refresh: forge({ sub: 'alice', jti: 'd', type: 'refresh', exp: now + 600 }),
  anonymous: forge({ jti: 'e', exp: now + 600 }),
  forged: `${forge({ sub: 'alice' }).slice(0, -8)}AAAAAAAA`,
};

/** Applications with every section of the options: empty, or with one value. */
function applications() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const answer = () => globalThis.Response.json({ keys: [{ kty: 'oct' }] });
  const empty = {
    cookies: {},
    csrf: {},
    header: {},
    json: {},
    queryString: {},
    issuer: {},
    audience: {},
    cache: {},
    errorResponses: {},
  };
  const every = ['headers', 'cookies', 'json', 'query_string'];
  const store = () => ({ revocation: { store: new library.MemoryRevocationStore() }, rotation: { adopt: true } });
  return [
    { secret },
    { secret, ...empty, ...store(), tokenLocation: every, implicitRefresh: { within: '1h' } },
    { secret, ...store(), userLookup: () => null, errorResponses: { expiredToken: () => ({ status: 401, body: {} }) } },
    { keys: [{ kid: 'k', key: secret, algorithm: 'HS256', use: 'sign' }], userLookup: () => ({}) },
    { secret, encodeKey: () => ({ key: secret, claims: { tenant: 1 } }), decodeKey: () => ({ key: secret }) },
    { algorithm: 'ES256', privateKey: privateKey.export({ format: 'jwk' }) },
    { secret, jwks: [{ issuer: 'https://idp.example', uri: 'https://idp.example/keys', fetch: answer }] },
  ];
}

/** Calls every method of the services, without options and with empty ones. Ignores exceptions. */
async function callServices(app) {
  const [tokens, authenticator, cookies] = ['TokenService', 'JwtAuthenticator', 'TokenCookieService'].map((name) =>
    app.get(library[name]),
  );
  const response = { setHeader() {}, getHeader() {}, appendHeader() {} };
  for (const token of Object.values(TOKENS)) {
    for (const options of [[], [{}]]) {
      const calls = [
        () => tokens.createAccessToken('alice', ...options),
        () => tokens.createRefreshToken('alice', ...options),
        () => tokens.createTokenPair('alice', ...options),
        () => tokens.verify(token, ...options),
        () => tokens.rotate(token, ...options),
        () => tokens.revoke(token),
        () => tokens.revokeAllFor('alice', ...options),
        () => tokens.listSessions('alice'),
        () => tokens.getCsrfToken(token),
        () => tokens.decodeUnverified(token),
        () => authenticator.authenticateToken(token, ...options, ...options),
        () => cookies.setAccessCookies(response, token, ...options),
        () => cookies.unsetJwtCookies(response, ...options),
        () => app.get(library.KeyRing).rotate({ key: secret }, ...options),
      ];
      for (const call of calls)
        await Promise.resolve()
          .then(call)
          .catch(() => undefined);
    }
  }
}

pollute();
const answers = {};
if (mode === 'traced') {
  for (const options of applications()) {
    await withApp(options, async (app, get) => {
      for (const token of Object.values(TOKENS))
        for (const path of ['me', 'fresh', 'scoped', 'refresh']) await get(path, token);
      await callServices(app);
    });
  }
  library.optionsFromFlaskConfig({ JWT_SECRET_KEY: secret });
  library.JwksModule.forRoot({});
  library.JwtExtendedModule.forRoot({ secret });
  process.stdout.write(JSON.stringify([...found].sort()));
} else {
  await withApp({ secret }, async (app, get) => {
    for (const [name, token] of Object.entries(TOKENS))
      answers[name] = [await get('me', token), await get('fresh', token)];
    const { header, payload } = await app
      .get(library.TokenService)
      .verify(await app.get(library.TokenService).createAccessToken('alice'));
    answers.created = [Object.keys(header).sort(), Object.keys(payload).sort(), payload.sub, payload.exp - payload.iat];
  });
  process.stdout.write(JSON.stringify(answers));
}
process.exit(0);
