import { inspect } from 'node:util';
import { Controller, Get, Logger, Post } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Jwt,
  JwtAuthenticator,
  JwtEvents,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtEvent,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { filter, map } from 'rxjs';
import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds, OTHER_SECRET, SECRET } from '../support/forge.js';
import { TestApp, useJwtApp, withJwtApp } from '../support/jwt-app.js';
import { logIn, useLogInApp } from '../support/log-in-app.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { SocketApp } from '../support/sockets.js';
import { errorOf } from '../support/token-service.js';
import { until } from '../support/until.js';

@Controller()
class EventsController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    return {};
  }

  @JwtRequired({ scopes: 'write' })
  @Get('write')
  write() {
    return {};
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }

  @Get('verify')
  async verify() {
    await this.tokens.verify('no token');
  }
}

/** The events since the last call. */
function recorded(app: TestApp): () => JwtEvent[] {
  const events: JwtEvent[] = [];
  app.resolve(JwtEvents).subscribe((event) => events.push(event));
  return () => events.splice(0);
}

describe.each(ADAPTERS)('JwtEvents on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { revocation: { store: new MemoryRevocationStore() }, rotation: { grace: 0 }, errorResponses: {} },
    controllers: [EventsController],
  });
  let events: () => JwtEvent[];
  beforeAll(() => {
    events = recorded(app);
  });
  beforeEach(() => void events());

  it('has an event for each new token', async () => {
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const sid = (await app.tokens.verify(accessToken)).payload.sid;
    await app.tokens.createAccessToken('bob');
    expect(events()).toEqual([
      { type: 'issued', token: 'access', identity: 'alice', sid },
      { type: 'issued', token: 'refresh', identity: 'alice', sid },
      { type: 'issued', token: 'access', identity: 'bob', sid: null },
    ]);
  });

  it('has one event for a rotation and one for a reuse', async () => {
    const { refreshToken } = await app.tokens.createTokenPair('alice');
    const { sid } = (await app.tokens.verify(refreshToken)).payload;
    events();
    expect((await app.send('POST', '/refresh', { token: refreshToken })).status).toBe(201);
    const types = events().map(({ type }) => type);
    expect(types).toEqual(['refreshed', 'issued', 'issued']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await app.send('POST', '/refresh', { token: refreshToken })).status).toBe(401);
    expect(events()).toEqual([
      { type: 'reused', identity: 'alice', sid },
      { type: 'refused', code: 'JWT_REVOKED', identity: 'alice', sid },
    ]);
  });

  it.each([
    ['no token', 'GET', '/write', undefined, 'JWT_MISSING', undefined],
    ['a malformed one', 'GET', '/write', 'a.b.c', 'JWT_INVALID', undefined],
    ['a forged one', 'GET', '/write', forge({}, { secret: OTHER_SECRET }), 'JWT_INVALID', undefined],
    ['an expired one', 'GET', '/write', forge({ exp: 1 }), 'JWT_EXPIRED', 'alice'],
    ['one of the wrong type', 'POST', '/refresh', forge(), 'JWT_WRONG_TYPE', 'alice'],
    ['one without the scope', 'GET', '/write', forge(), 'JWT_INSUFFICIENT_SCOPE', 'alice'],
    ['a bad one where it is optional', 'GET', '/optional', 'a.b.c', 'JWT_INVALID', undefined],
    ['one that a handler verifies', 'GET', '/verify', undefined, 'JWT_INVALID', undefined],
  ])('has one event for a refused request: %s', async (_what, method, path, token, code, identity) => {
    expect((await app.send(method, path, { token })).status).toBeGreaterThan(399);
    expect(events()).toEqual([{ type: 'refused', code, identity, sid: null }]);
  });

  it('has none for a request that is let in', async () => {
    expect((await app.get('/optional')).status).toBe(200);
    expect((await app.get('/optional', forge())).status).toBe(200);
    expect(events()).toEqual([]);
  });

  it('has one event for a token that is refused outside of a request', async () => {
    await errorOf(() => app.resolve(JwtAuthenticator).authenticateToken(forge({ exp: 1 })));
    await errorOf(() => app.tokens.rotate(forge()));
    expect(events().map((event) => [event.type, (event as { code?: string }).code])).toEqual([
      ['refused', 'JWT_EXPIRED'],
      ['refused', 'JWT_WRONG_TYPE'],
    ]);
  });

  it('has an event for each revocation', async () => {
    const single = await app.tokens.createAccessToken('alice');
    const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
    const { sid } = (await app.tokens.verify(accessToken)).payload;
    events();
    await app.tokens.revoke(single);
    await app.tokens.revoke(accessToken);
    await app.tokens.revoke(refreshToken);
    await app.tokens.revokeSession(sid as string);
    await app.tokens.revokeAllFor('alice');
    expect(events()).toEqual([
      { type: 'revoked', what: 'token', identity: 'alice', sid: null },
      { type: 'revoked', what: 'token', identity: 'alice', sid },
      { type: 'revoked', what: 'session', identity: 'alice', sid },
      { type: 'revoked', what: 'session', identity: undefined, sid },
      { type: 'revoked', what: 'all', identity: 'alice', sid: null },
    ]);
  });
});

describe.each(ADAPTERS)('JwtEvents of a log-in on %s', (adapter) => {
  const app = useLogInApp(
    adapter,
    { refresh: true, routes: { refresh: true } },
    { userIdentity: (user) => (typeof user === 'string' ? user : String((user as { id: number }).id)) },
  );

  it('has events for a log-in, a wrong password, and a refresh without a store', async () => {
    const events = recorded(app);
    const { refresh_token: token } = (await logIn(app)).body as Record<string, string>;
    expect(events().map((event) => [event.type, (event as { token?: string }).token])).toEqual([
      ['issued', 'access'],
      ['issued', 'refresh'],
    ]);
    await logIn(app, { username: 'alice', password: 'wrong' });
    expect(events()).toEqual([{ type: 'refused', code: 'JWT_BAD_CREDENTIALS', identity: undefined, sid: null }]);
    await app.send('POST', '/auth/refresh', { token });
    expect(events().map(({ type, identity }) => [type, identity])).toEqual([
      ['issued', '1'],
      ['refreshed', '1'],
    ]);
  });
});

@JwtRequired()
@WebSocketGateway()
class EventsGateway {
  @SubscribeMessage('hello')
  hello() {
    return { event: 'hello', data: 1 };
  }
}

describe('the end of a connection', () => {
  it.each([
    ['its session ends', 'JWT_REVOKED', async (tokens: TokenService, sid: string) => tokens.revokeSession(sid), 600],
    ['its token expires', 'JWT_EXPIRED', () => Promise.resolve(), 2],
  ])('has an event: %s', async (_what, code, end, expires) => {
    const options = { revocation: { store: new MemoryRevocationStore() } };
    const app = await SocketApp.start('ws', { providers: [EventsGateway], options });
    try {
      const tokens = app.nest.get(TokenService, { strict: false });
      const ended: JwtEvent[] = [];
      app.nest.get(JwtEvents, { strict: false }).on('connection-ended', (event) => ended.push(event));
      const { accessToken } = await tokens.createTokenPair('alice', { accessExpires: expires });
      const sid = (await tokens.verify(accessToken)).payload.sid as string;
      const socket = await app.connect({ token: accessToken });
      await end(tokens, sid);
      await socket.ended;
      expect(ended).toEqual([{ type: 'connection-ended', kind: 'socket', code, identity: 'alice', sid }]);
    } finally {
      await app.stop();
    }
  });
});

describe('listeners', () => {
  const app = useJwtApp('express', { controllers: [EventsController] });
  const log = new RecordingLogger();
  afterEach(() => Logger.overrideLogger(false));

  it('hear one type of event with on(), until they are removed', async () => {
    const heard: string[] = [];
    const remove = app.resolve(JwtEvents).on('refused', ({ code }) => heard.push(code));
    await app.tokens.createAccessToken('alice');
    await app.get('/write');
    remove();
    await app.get('/write');
    expect(heard).toEqual(['JWT_MISSING']);
  });

  it('can use the operators of rxjs', async () => {
    const heard: unknown[] = [];
    const events = app.resolve(JwtEvents).pipe(
      filter(({ type }) => type === 'issued'),
      map(({ identity }) => identity),
    );
    const subscription = events.subscribe((identity) => heard.push(identity));
    await app.tokens.createAccessToken('alice');
    await app.get('/write');
    subscription.unsubscribe();
    expect(heard).toEqual(['alice']);
  });

  it('change neither a response nor each other: their errors are logged, and an event is frozen', async () => {
    Logger.overrideLogger(log);
    const heard: JwtEvent[] = [];
    const events = app.resolve(JwtEvents);
    const removals = [
      events.on('refused', () => {
        throw new Error('no disk');
      }),
      events.on('refused', () => Promise.reject(new Error('no network'))),
      events.on('refused', (event) => heard.push(event)),
    ];
    const { status, body } = await app.get('/write');
    removals.forEach((remove) => remove());
    expect({ status, body }).toEqual({ status: 401, body: { msg: 'Missing Authorization Header' } });
    expect(heard).toHaveLength(1);
    expect(Object.isFrozen(heard[0])).toBe(true);
    await until(() => log.errors.length === 2);
    expect(log.errors).toEqual([
      expect.stringContaining('A listener of JwtEvents failed: Error: no disk'),
      expect.stringContaining('A listener of JwtEvents failed: Error: no network'),
    ]);
  });
});

it('no event has a token, a secret, or another claim than the identity', async () => {
  const options = { revocation: { store: new MemoryRevocationStore() } };
  await withJwtApp('express', { options, controllers: [EventsController] }, async (app) => {
    const events: JwtEvent[] = [];
    app.resolve(JwtEvents).subscribe((event) => events.push(event));
    const claims = { email: 'private@example.com', exp: nowInSeconds() - 1 };
    const token = await app.tokens.createAccessToken('alice', { claims });
    await app.get('/write', token);
    const pair = await app.tokens.createTokenPair('alice', { claims: { email: claims.email } });
    await app.get('/write', pair.accessToken);
    await app.tokens.revoke(pair.refreshToken);
    const text = inspect(events, { depth: Infinity, showHidden: true }) + JSON.stringify(events);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['issued', 'refused', 'revoked']));
    for (const secret of [token, pair.accessToken, pair.refreshToken, SECRET, claims.email]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(secret.split('.').at(-1));
    }
  });
});
