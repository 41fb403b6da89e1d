import { jest } from '@jest/globals';
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  CurrentUser,
  getJwtContext,
  Jwt,
  JwtHeader,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
} from 'nestjs-jwt-extended';
import { forge, nowInSeconds, SECRET } from '../support/forge.js';
import { SocketApp, SOCKET_SERVERS } from '../support/sockets.js';

const answer = (data: unknown) => ({ event: 'answer', data });

class ContextGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    guarded.push(getJwtContext(context)?.identity);
    return true;
  }
}
const guarded: unknown[] = [];

/** A gateway without a requirement on the class: each message has its own. */
@WebSocketGateway()
class NotesGateway {
  @JwtRequired()
  @UseGuards(ContextGuard)
  @SubscribeMessage('plain')
  plain(@JwtIdentity() identity: string, @MessageBody() body: unknown) {
    return answer({ identity, body });
  }

  @JwtRequired()
  @SubscribeMessage('all')
  all(@CurrentUser('name') name: string, @Jwt('role') role: string, @JwtHeader('alg') alg: string) {
    return answer({ name, role, alg });
  }

  @JwtRequired({ optional: true })
  @SubscribeMessage('optional')
  optional(@JwtIdentity() identity: string | null) {
    return answer({ identity });
  }

  @JwtRequired({ fresh: true })
  @SubscribeMessage('fresh')
  fresh() {
    return answer('fresh');
  }

  @JwtRequired({ refresh: true })
  @SubscribeMessage('refresh')
  refresh() {
    return answer('refresh');
  }

  @JwtRequired({ scopes: 'notes:write' })
  @SubscribeMessage('scoped')
  scoped() {
    return answer('scoped');
  }

  @JwtRequired({ roles: 'admin' })
  @SubscribeMessage('role')
  role() {
    return answer('role');
  }

  @JwtRequired({ allow: ({ payload }) => payload.allowed === true })
  @SubscribeMessage('allow')
  allow() {
    return answer('allow');
  }

  @JwtRequired({ locations: 'cookies' })
  @SubscribeMessage('cookie')
  cookie() {
    return answer('cookie');
  }

  @SubscribeMessage('open')
  open() {
    return answer('open');
  }
}

describe.each(SOCKET_SERVERS)('a message over %s on %s', (kind, server) => {
  const store = new MemoryRevocationStore();
  let app: SocketApp;
  let decodeKeys = 0;
  let lookUps = 0;
  beforeAll(async () => {
    app = await SocketApp.start(
      kind,
      {
        providers: [NotesGateway],
        options: {
          userLookup: ({ sub }) => {
            lookUps++;
            return sub === 'nobody' ? null : { name: `${sub}'s name` };
          },
          decodeKey: () => {
            decodeKeys++;
            return SECRET;
          },
          verifyToken: ({ sub }) => sub !== 'rejected',
          revocation: { store },
        },
      },
      server,
    );
  });
  afterAll(() => app.stop());
  beforeEach(() => {
    guarded.length = 0;
  });

  const ask = async (event: string, token?: unknown) => {
    const socket = await app.connect(token === undefined ? {} : { token });
    try {
      return await socket.ask(event, 'hello');
    } finally {
      socket.close();
    }
  };
  const refused = (code: string, message: string) => ({
    event: 'exception',
    data: { status: 'error', code, message },
  });

  it('is handled with the token of the handshake, and its decorators and guards have the values', async () => {
    expect(await ask('plain', forge())).toEqual(answer({ identity: 'alice', body: 'hello' }));
    expect(guarded).toEqual(['alice']);
    const token = forge({ role: 'admin' });
    expect(await ask('all', token)).toEqual(answer({ name: "alice's name", role: 'admin', alg: 'HS256' }));
    expect(await ask('optional', forge())).toEqual(answer({ identity: 'alice' }));
    expect(await ask('optional')).toEqual(answer({ identity: null }));
    expect(await ask('open')).toEqual(answer('open'));
  });

  it.each([
    ['no token', 'plain', () => undefined, 'JWT_MISSING', 'Missing Authorization Header'],
    ['an expired token', 'plain', () => forge({ exp: 1 }), 'JWT_EXPIRED', 'Token has expired'],
    ['an expired token where it is optional', 'optional', () => forge({ exp: 1 }), 'JWT_EXPIRED', 'Token has expired'],
    ['a forged token', 'plain', () => `${forge()}x`, 'JWT_INVALID', 'Signature verification failed'],
    [
      'a refresh token',
      'plain',
      () => forge({ type: 'refresh' }),
      'JWT_WRONG_TYPE',
      'Only non-refresh tokens are allowed',
    ],
    ['an access token', 'refresh', () => forge(), 'JWT_WRONG_TYPE', 'Only refresh tokens are allowed'],
    ['a token that is not fresh', 'fresh', () => forge(), 'JWT_NOT_FRESH', 'Fresh token required'],
    ['a token without the scope', 'scoped', () => forge(), 'JWT_INSUFFICIENT_SCOPE', 'Insufficient scope'],
    ['a token without the role', 'role', () => forge(), 'JWT_INSUFFICIENT_SCOPE', 'Insufficient scope'],
    ['a token that the route refuses', 'allow', () => forge(), 'JWT_INSUFFICIENT_SCOPE', 'Insufficient scope'],
    [
      'rejected claims',
      'plain',
      () => forge({ sub: 'rejected' }),
      'JWT_CLAIMS_REJECTED',
      'User claims verification failed',
    ],
    ['an unknown user', 'plain', () => forge({ sub: 'nobody' }), 'JWT_USER_LOOKUP', 'Error loading the user nobody'],
    ['a token in another location', 'cookie', () => forge(), 'JWT_MISSING', 'Missing cookie "access_token_cookie"'],
  ])('is refused with %s', async (_what, event, token, code, message) => {
    expect(await ask(event, token())).toEqual(refused(code, message));
  });

  it.each([
    ['fresh', { fresh: true }],
    ['refresh', { type: 'refresh' }],
    ['scoped', { scope: 'notes:read notes:write' }],
    ['role', { roles: ['admin'] }],
    ['allow', { allowed: true }],
  ])('is handled if the token meets the requirement: %s', async (event, claims) => {
    expect(await ask(event, forge(claims))).toEqual(answer(event));
  });

  it('is checked against the time, the store and the user again, and not against the key', async () => {
    const tokens = app.nest.get(TokenService);
    const { accessToken } = await tokens.createTokenPair('alice');
    const socket = await app.connect({ token: accessToken });
    const lookUp = jest.spyOn(store, 'lookUp');
    expect(await socket.ask('plain')).toMatchObject({ data: { identity: 'alice' } });
    const [keys, users] = [decodeKeys, lookUps];
    expect(await socket.ask('plain')).toMatchObject({ data: { identity: 'alice' } });
    expect(decodeKeys).toBe(keys);
    expect(lookUps).toBe(users + 1);
    expect(lookUp).toHaveBeenCalledTimes(2);
    await tokens.revoke(accessToken);
    expect(await socket.ask('plain')).toEqual(refused('JWT_REVOKED', 'Token has been revoked'));
    expect(await socket.ask('open')).toEqual(answer('open'));
    lookUp.mockRestore();
  });

  it('is refused when the token has expired meanwhile, or is no longer fresh', async () => {
    const until = nowInSeconds() + 2;
    const socket = await app.connect({ token: forge({ exp: until, fresh: until }) });
    expect(await socket.ask('fresh')).toEqual(answer('fresh'));
    await new Promise((resolve) => setTimeout(resolve, until * 1000 - Date.now() + 10));
    expect(await socket.ask('fresh')).toEqual(refused('JWT_EXPIRED', 'Token has expired'));
    expect(await socket.ask('optional')).toEqual(refused('JWT_EXPIRED', 'Token has expired'));
  });

  it('never sees the token of another connection', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const sockets = await Promise.all(names.map((sub) => app.connect({ token: forge({ sub }) })));
    const answers = await Promise.all(sockets.map((socket) => socket.ask('plain')));
    expect(answers.map(({ data }) => (data as { identity: string }).identity)).toEqual(names);
  });
});
