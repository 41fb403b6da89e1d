import { UseGuards, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  CurrentUser,
  getJwtContext,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  Public,
  TokenService,
  type JwtRequirement,
} from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import type { JwtAppSetup } from '../support/jwt-app.js';
import { SocketApp, SOCKET_KINDS, SOCKET_SERVERS, withSockets, type SocketKind } from '../support/sockets.js';

type Options = JwtAppSetup['options'];

const answer = (data: unknown) => ({ event: 'answer', data });
const none: ClassDecorator & MethodDecorator = () => undefined;

/** The identities with which `handleConnection()` was called. */
const connected: unknown[] = [];
beforeEach(() => {
  connected.length = 0;
});

@JwtRequired()
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  handleConnection(client: object) {
    connected.push(getJwtContext(client)?.identity ?? null);
  }

  @SubscribeMessage('who')
  who(@JwtIdentity() identity: string, @CurrentUser('name') name: string) {
    return answer({ identity, name });
  }

  @Public()
  @SubscribeMessage('open')
  open() {
    return answer('open');
  }
}

describe.each(SOCKET_SERVERS)('a handshake over %s on %s, for a gateway that requires a token', (kind, server) => {
  const store = new MemoryRevocationStore();
  let app: SocketApp;
  beforeAll(async () => {
    const userLookup = async ({ sub }: { sub?: string }) =>
      Promise.resolve(sub === 'nobody' ? null : { name: `${sub}'s name` });
    const options = {
      userLookup,
      revocation: { store },
      verifyToken: ({ sub }: { sub?: string }) => sub !== 'rejected',
    };
    app = await SocketApp.start(kind, { providers: [ChatGateway], options }, server);
  });
  afterAll(() => app.stop());

  it('is accepted with a token, which handleConnection() and the messages have', async () => {
    const socket = await app.connect({ token: forge() });
    expect(connected).toEqual(['alice']);
    expect(await socket.ask('who')).toEqual(answer({ identity: 'alice', name: "alice's name" }));
    expect(await socket.ask('open')).toEqual(answer('open'));
  });

  const MISSING = [401, 'JWT_MISSING', 'Missing Authorization Header', 'Bearer'] as const;
  const invalid = (message: string) => `Bearer error="invalid_token", error_description="${message}"`;
  it.each([
    ['no token', undefined, ...MISSING],
    ['an expired token', forge({ exp: 1 }), 401, 'JWT_EXPIRED', 'Token has expired', invalid('Token has expired')],
    ['a forged token', `${forge()}x`, 422, 'JWT_INVALID', 'Signature verification failed', undefined],
    ['text that is no token', 'garbage', 422, 'JWT_INVALID', 'Not enough segments', undefined],
    [
      'a refresh token',
      forge({ type: 'refresh' }),
      422,
      'JWT_WRONG_TYPE',
      'Only non-refresh tokens are allowed',
      undefined,
    ],
    [
      'rejected claims',
      forge({ sub: 'rejected' }),
      400,
      'JWT_CLAIMS_REJECTED',
      'User claims verification failed',
      undefined,
    ],
    [
      'an unknown user',
      forge({ sub: 'nobody' }),
      401,
      'JWT_USER_LOOKUP',
      'Error loading the user nobody',
      invalid('Error loading the user nobody'),
    ],
  ])('is refused with %s', async (_what, token, status, code, message, challenge) => {
    const refused = await app.refusalOf(token === undefined ? {} : { token });
    if (kind === 'socket.io') {
      expect([refused.message, refused.data]).toEqual([message, { code, message }]);
    } else {
      expect([refused.status, refused.data]).toEqual([status, { msg: message }]);
      expect(refused.headers['www-authenticate']).toBe(challenge);
    }
    expect(connected).toEqual([]);
  });

  it('is refused with a revoked token', async () => {
    const tokens = app.nest.get(TokenService);
    const { accessToken } = await tokens.createTokenPair('alice');
    await app.connect({ token: accessToken });
    await tokens.revoke(accessToken);
    const refused = await app.refusalOf({ token: accessToken });
    expect([refused.code, refused.status]).toEqual(kind === 'ws' ? [undefined, 401] : ['JWT_REVOKED', null]);
    expect(connected).toEqual(['alice']);
  });

  it('leaves out the token in every refusal', async () => {
    for (const token of [forge({ exp: 1 }), `${forge()}x`, forge({ sub: 'nobody' })]) {
      const { message, data, headers } = await app.refusalOf({ token });
      expect(JSON.stringify([message, data, headers])).not.toContain(token.split('.')[1]);
    }
  });
});

/** A gateway with these decorators on its class and on `handleConnection()`. */
function gatewayOf(onClass: ClassDecorator, onConnection: MethodDecorator, options = {}): Type {
  @onClass
  @WebSocketGateway(options)
  class Gateway implements OnGatewayConnection {
    @onConnection
    handleConnection(client: object) {
      connected.push(getJwtContext(client)?.identity ?? null);
    }

    @SubscribeMessage('message')
    message() {
      return answer('message');
    }
  }
  return Gateway;
}

/** Every way in which a gateway can require a token, and ways in which it does not. */
const REQUIRED: [string, ClassDecorator, MethodDecorator, Options][] = [
  ['@JwtRequired() on the class', JwtRequired(), none, {}],
  ['@JwtRequired() on handleConnection()', none, JwtRequired(), {}],
  ['@UseGuards(JwtGuard) on the class', UseGuards(JwtGuard), none, {}],
  ['@UseGuards(JwtGuard) on handleConnection()', none, UseGuards(JwtGuard), {}],
  ['requireByDefault', none, none, { requireByDefault: true }],
  ['@JwtRequired() on handleConnection() of a public class', Public(), JwtRequired(), {}],
];
const OPEN: [string, ClassDecorator, MethodDecorator, Options][] = [
  ['no decorator', none, none, {}],
  ['@Public() on the class, with requireByDefault', Public(), none, { requireByDefault: true }],
  ['@Public() on handleConnection()', JwtRequired(), Public(), {}],
];

describe.each(SOCKET_KINDS)('a gateway over %s', (kind) => {
  it.each(REQUIRED)('requires a token at the handshake: %s', async (_name, onClass, onConnection, options) => {
    await withSockets(kind, { providers: [gatewayOf(onClass, onConnection)], options }, async (app) => {
      await app.refusalOf();
      expect(connected).toEqual([]);
      await app.connect({ token: forge() });
      expect(connected).toEqual(['alice']);
    });
  });

  it.each(OPEN)('requires no token at the handshake: %s', async (_name, onClass, onConnection, options) => {
    await withSockets(kind, { providers: [gatewayOf(onClass, onConnection)], options }, async (app) => {
      await app.connect({ token: 'garbage' });
      expect(connected).toEqual([null]);
    });
  });

  const rejecting = (requirement: JwtRequirement) => gatewayOf(JwtRequired(requirement), none);
  it.each<[string, JwtRequirement, object, object]>([
    ['fresh', { fresh: true }, {}, { fresh: true }],
    ['refresh', { refresh: true }, {}, { type: 'refresh' }],
    ['scopes', { scopes: ['a', 'b'] }, { scope: 'a' }, { scope: 'a b' }],
    ['roles', { roles: 'admin' }, { roles: ['user'] }, { roles: ['admin'] }],
    ['allow', { allow: ({ payload }, request) => payload.tag === request.headers.host }, { tag: '' }, {}],
  ])('checks every part of its requirement: %s', async (name, requirement, bad, good) => {
    await withSockets(kind, { providers: [rejecting(requirement)] }, async (app) => {
      await app.refusalOf({ token: forge(bad) });
      const tag = name === 'allow' ? { tag: new URL(app.url).host } : {};
      const socket = await app.connect({ token: forge({ ...good, ...tag }) });
      expect(connected).toEqual(['alice']);
      expect(await socket.ask('message')).toEqual(answer('message'));
    });
  });

  it('lets anonymous clients in where the token is optional, and refuses a bad token there', async () => {
    await withSockets(kind, { providers: [rejecting({ optional: true })] }, async (app) => {
      const socket = await app.connect();
      expect(await socket.ask('message')).toEqual(answer('message'));
      await app.connect({ token: forge() });
      expect(connected).toEqual([null, 'alice']);
      await app.refusalOf({ token: forge({ exp: 1 }) });
      expect(connected).toEqual([null, 'alice']);
    });
  });

  it('is refused if one of several gateways of the server refuses', async () => {
    const providers = [
      gatewayOf(JwtRequired(), none),
      gatewayOf(none, none),
      gatewayOf(JwtRequired({ fresh: true }), none),
    ];
    await withSockets(kind, { providers }, async (app) => {
      await app.refusalOf();
      await app.refusalOf({ token: forge() });
      expect(connected).toEqual([]);
      await app.connect({ token: forge({ fresh: true }) });
      expect(connected).toEqual(['alice', 'alice', 'alice']);
    });
  });

  it('is protected by the first server that it shares with an open gateway', async () => {
    const providers = [gatewayOf(none, none), gatewayOf(JwtRequired(), none)];
    await withSockets(kind, { providers }, async (app) => {
      await app.refusalOf();
      expect(connected).toEqual([]);
    });
  });
});

interface Place {
  readonly kinds: readonly SocketKind[];
  readonly options?: Options;
  dial(token: string): Parameters<SocketApp['connect']>[0];
}
const PLACES: [string, Place][] = [
  ['auth.token', { kinds: ['socket.io'], dial: (token) => ({ token }) }],
  ['auth.token with Bearer', { kinds: ['socket.io'], dial: (token) => ({ token: `Bearer ${token}` }) }],
  ['the header', { kinds: SOCKET_KINDS, dial: (token) => ({ headers: { authorization: `Bearer ${token}` } }) }],
  [
    'the header, with cookies as the only location',
    {
      kinds: SOCKET_KINDS,
      options: { tokenLocation: 'cookies' },
      dial: (token) => ({ headers: { authorization: `Bearer ${token}` } }),
    },
  ],
  ['the query', { kinds: SOCKET_KINDS, dial: (token) => ({ query: { jwt: token } }) }],
  [
    'the query, with a name of its own',
    { kinds: SOCKET_KINDS, options: { queryString: { name: 'token' } }, dial: (token) => ({ query: { token } }) },
  ],
  ['the polling of socket.io', { kinds: ['socket.io'], dial: (token) => ({ token, transports: ['polling'] }) }],
  ['a subprotocol', { kinds: ['ws'], dial: (token) => ({ protocols: ['bearer', token] }) }],
  ['a subprotocol, after others', { kinds: ['ws'], dial: (token) => ({ protocols: ['chat', 'bearer', token] }) }],
  ['a subprotocol, before others', { kinds: ['ws'], dial: (token) => ({ protocols: [token, 'chat'] }) }],
];

describe.each(PLACES)('the token of a handshake in %s', (_name, { kinds, options, dial }) => {
  it.each(kinds)('is found over %s, and a bad one is refused', async (kind) => {
    const userLookup = ({ sub }: { sub?: string }) => ({ name: sub });
    await withSockets(kind, { providers: [ChatGateway], options: { userLookup, ...options } }, async (app) => {
      const token = forge();
      const socket = await app.connect(dial(token));
      expect(await socket.ask('who')).toEqual(answer({ identity: 'alice', name: 'alice' }));
      expect(socket.protocol).not.toContain('.');
      const refused = await app.refusalOf(dial(forge({ exp: 1 })));
      expect(JSON.stringify([refused.message, refused.data])).toContain('Token has expired');
    });
  });
});

describe.each(SOCKET_KINDS)('a handshake over %s with a requirement for some locations', (kind) => {
  const providers = [gatewayOf(JwtRequired({ locations: 'query_string' }), none)];
  it('is accepted with the token there, and nowhere else', async () => {
    await withSockets(kind, { providers }, async (app) => {
      const socket = await app.connect({ query: { jwt: forge() } });
      expect(await socket.ask('message')).toEqual(answer('message'));
      await app.refusalOf({ token: forge() });
    });
  });
});
