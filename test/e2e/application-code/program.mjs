// An application whose own code throws, in a process of its own. Prints the statuses of its answers as JSON.
// Arguments: the adapter, and the node_modules with Nest.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSource } from '../../support/load-source.mjs';
import { THROWN_VALUES } from './thrown-values.mjs';

const [adapter, modules] = process.argv.slice(2);
const load = createRequire(join(modules, 'program.js'));
load('reflect-metadata');
const { Controller, Delete, Get, Logger, Module, Post, Req } = load('@nestjs/common');
const { NestFactory } = load('@nestjs/core');
const { filter, map, mergeMap } = load('rxjs');
const platform =
  adapter === 'express'
    ? new (load('@nestjs/platform-express').ExpressAdapter)()
    : new (load('@nestjs/platform-fastify').FastifyAdapter)();
const library = await loadSource('index.ts', modules);
const { getJwtContext, JwtExtendedModule, JwtRequired, KeyRing, MemoryRevocationStore } = library;
const { RevocationEvents, TokenService } = library;

const SECRET = 'one-secret-of-this-program-that-is-long-enough-for-every-hmac';

/** The name of the code that fails now, and how. */
let failing = { name: '', fail: () => undefined };
let calls = 0;
const act = (name, otherwise) => {
  if (failing.name !== name) return otherwise();
  calls++;
  return failing.fail();
};

/** A store with a connection for changes, each part of which can fail. */
class WatchedStore extends MemoryRevocationStore {
  watchProblem = null;

  watch(onChange) {
    this.onChange = onChange;
    return act('store.watch', () => ({
      ping: async () => act('watch.ping', () => undefined),
      close: () => act('watch.close', () => undefined),
    }));
  }
}
for (const name of ['now', 'lookUp', 'openSession', 'present', 'endSession', 'deny', 'describeProblems']) {
  const work = MemoryRevocationStore.prototype[name];
  WatchedStore.prototype[name] = function (...given) {
    return act(`store.${name}`, () => work.apply(this, given));
  };
}

class Routes {
  static inject = [TokenService];

  constructor(tokens) {
    this.tokens = tokens;
  }

  async logIn() {
    return this.tokens.createTokenPair('alice', {});
  }

  async rotate(request) {
    return this.tokens.rotate(getJwtContext(request).payload);
  }

  async revoke(request) {
    await this.tokens.revoke(getJwtContext(request).payload);
    return {};
  }

  me() {
    return { me: true };
  }
}

function decorate(type, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method);
  for (const decorator of decorators) decorator(type.prototype, method, descriptor);
}
Controller()(Routes);
Reflect.defineMetadata('design:paramtypes', [TokenService], Routes);
decorate(Routes, 'logIn', Post('login'));
decorate(Routes, 'rotate', Post('refresh'), JwtRequired({ refresh: true }));
decorate(Routes, 'revoke', Delete('logout'), JwtRequired({ type: 'any' }));
decorate(Routes, 'me', Get('me'), JwtRequired({ allow: () => act('allow', () => true) }));
for (const method of ['rotate', 'revoke']) Req()(Routes.prototype, method, 0);

const response = () => act('errorResponses.unauthorized', () => ({ status: 401, body: {} }));
const store = new WatchedStore();
const options = {
  secret: SECRET,
  revocation: { store, timeout: '1s', local: { staleness: '40ms', push: true } },
  rotation: { grace: 0, onReuse: () => act('rotation.onReuse', () => undefined) },
  jwks: {
    issuer: 'https://idp.example',
    uri: 'https://idp.example/keys',
    audience: false,
    timeout: '100ms',
    cooldown: '20ms',
    fetch: async () => act('jwks.fetch', () => new globalThis.Response('{"keys":[]}')),
  },
  userIdentity: (identity) => act('userIdentity', () => identity),
  additionalClaims: () => act('additionalClaims', () => null),
  additionalHeaders: () => act('additionalHeaders', () => null),
  isTokenRevoked: () => act('isTokenRevoked', () => false),
  verifyToken: () => act('verifyToken', () => true),
  userLookup: (payload) => act('userLookup', () => payload),
  errorResponses: { unauthorized: response },
  transports: [
    {
      accepts: () => act('transports.accepts', () => false),
      requestOf: () => ({ headers: {} }),
      keyOf: () => ({}),
    },
  ],
};

class AppModule {}
Module({ imports: [JwtExtendedModule.forRoot(options)], controllers: [Routes] })(AppModule);
const app = await NestFactory.create(AppModule, platform, { logger: false, abortOnError: false });
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();

const events = app.get(RevocationEvents);
const subscriber = (name) => () => act(name, () => undefined);
/** An error of an operator ends its subscription, so each case subscribes again. */
function subscribeWithOperators() {
  events.pipe(map(subscriber('operator'))).subscribe();
  events.pipe(map(subscriber('operator'))).subscribe({ error: subscriber('operator') });
  events.pipe(mergeMap(async () => act('async operator', () => undefined))).subscribe();
}
events.subscribe(subscriber('subscriber'));
events.subscribe(async () => act('async subscriber', () => undefined));
events.subscribe({ next: subscriber('observer') });
events.pipe(filter(() => true)).subscribe(subscriber('subscriber of a pipe'));
const ring = app.get(KeyRing);
ring.onChange(subscriber('KeyRing.onChange'));
ring.onChange(async () => act('async KeyRing.onChange', () => undefined));

async function send(method, path, token) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}${path}`, { method, headers, signal: globalThis.AbortSignal.timeout(5000) });
  const text = await answer.text();
  return { status: answer.status, body: answer.ok && text !== '' ? JSON.parse(text) : null };
}

const tokenOfProvider = [{ alg: 'RS256', kid: 'k' }, { iss: 'https://idp.example', sub: 'a' }, 'signature']
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

/** Each request, or another event that calls code of the application. Returns the status of the answer. */
const STEPS = {
  me: ({ accessToken }) => send('GET', '/me', accessToken),
  anonymous: () => send('GET', '/me'),
  foreign: () => send('GET', '/me', tokenOfProvider),
  login: () => send('POST', '/login'),
  logout: ({ accessToken }) => send('DELETE', '/logout', accessToken),
  refresh: ({ refreshToken }) => send('POST', '/refresh', refreshToken),
  reuse: async ({ refreshToken }) => {
    await send('POST', '/refresh', refreshToken);
    return send('POST', '/refresh', refreshToken);
  },
  keys: async () => ring.rotate({ key: SECRET }, { retireAfter: false }),
  operators: async () => subscribeWithOperators(),
  wait: () => sleep(25),
};

/** The code that fails, and the steps that call it. */
const PLAN = {
  userIdentity: ['login'],
  additionalClaims: ['login'],
  additionalHeaders: ['login'],
  isTokenRevoked: ['me', 'refresh'],
  verifyToken: ['me'],
  userLookup: ['me', 'refresh'],
  allow: ['me'],
  'errorResponses.unauthorized': ['anonymous'],
  'rotation.onReuse': ['reuse'],
  'jwks.fetch': ['wait', 'foreign'],
  'transports.accepts': ['me', 'anonymous', 'login'],
  subscriber: ['login', 'reuse'],
  'async subscriber': ['login', 'reuse'],
  observer: ['login'],
  'subscriber of a pipe': ['login'],
  operator: ['operators', 'login'],
  'async operator': ['operators', 'login'],
  'KeyRing.onChange': ['keys', 'me'],
  'async KeyRing.onChange': ['keys', 'me'],
  'store.lookUp': ['me'],
  'store.openSession': ['login'],
  'store.present': ['refresh'],
  'store.deny': ['logout'],
  // The last ones, because the feed of changes pauses after failures.
  'watch.ping': ['wait', 'me'],
  'store.watch': ['wait', 'me'],
  'watch.close': ['wait', 'me'],
};

async function statusesOf(steps, pair) {
  const statuses = [];
  for (const step of steps) statuses.push((await STEPS[step](pair))?.status);
  await new Promise((resolve) => setImmediate(resolve));
  return statuses;
}

async function logIn() {
  const { body } = await send('POST', '/login');
  // The store fails for a moment longer, because the application remembers its failure.
  return body ?? (await sleep(20), logIn());
}

const report = {};
for (const [name, steps] of Object.entries(PLAN)) {
  report[name] = { calls: 0, statuses: {} };
  for (const [what, make] of Object.entries(THROWN_VALUES)) {
    for (const way of ['throws', 'rejects with']) {
      const fail = () => {
        if (way === 'rejects with') return Promise.reject(make());
        throw make();
      };
      process.stderr.write(`${name} ${way} ${what}\n`);
      const pair = await logIn();
      calls = 0;
      failing = { name, fail };
      const statuses = await statusesOf(steps, pair);
      failing = { name: '', fail };
      report[name].calls += calls;
      report[name].statuses[`${way} ${what}`] = statuses.join(' ');
    }
  }
}

// A logger that throws, when each of the reporters logs.
report.logger = { calls: 0, statuses: {} };
for (const [what, make] of Object.entries(THROWN_VALUES)) {
  const pair = await logIn();
  calls = 0;
  for (const [name, steps] of [
    ['rotation.onReuse', ['reuse']],
    ['subscriber', ['login']],
    ['store.lookUp', ['me']],
  ]) {
    const throwing = () => {
      calls++;
      throw make();
    };
    Logger.overrideLogger({ log: throwing, warn: throwing, error: throwing, debug: throwing, verbose: throwing });
    failing = { name, fail: () => Promise.reject(new Error('no')) };
    report.logger.statuses[`throws ${what} for ${name}`] = (await statusesOf(steps, pair)).join(' ');
    failing = { name: '', fail: () => undefined };
    Logger.overrideLogger(false);
  }
  report.logger.calls += calls;
}
await app.close();
await sleep(100);
console.log(JSON.stringify(report));
