import { Controller, Get, Post } from '@nestjs/common';
import { JwtIdentity, JwtRequired, TokenService, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

interface User {
  id: number;
  tenant: string;
}

const ALICE: User = { id: 1, tenant: 'acme' };
const calls: [callback: string, argument: unknown][] = [];

function noting<T>(callback: string, answer: (user: User) => T) {
  return (user: unknown): T => {
    calls.push([callback, user]);
    return answer(user as User);
  };
}

const CALLBACKS = {
  additionalHeaders: noting('additionalHeaders', ({ tenant }) => ({ kid: tenant, from: 'callback' })),
  additionalClaims: noting('additionalClaims', ({ tenant }) => ({ tenant, from: 'callback' })),
  userIdentity: noting('userIdentity', ({ id }) => String(id)),
  encodeKey: noting('encodeKey', ({ tenant }) => (tenant === 'acme' ? OTHER_SECRET : SECRET)),
} satisfies JwtExtendedOptions;

const LATE: JwtExtendedOptions = {
  additionalHeaders: async (user) => CALLBACKS.additionalHeaders(user),
  additionalClaims: async (user) => CALLBACKS.additionalClaims(user),
  userIdentity: async (user) => CALLBACKS.userIdentity(user),
  encodeKey: async (user) => CALLBACKS.encodeKey(user),
};

@Controller()
class LoginController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  logIn() {
    return this.tokens.createTokenPair(ALICE, { claims: { from: 'call' }, headers: { from: 'call' } });
  }

  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

describe.each(ADAPTERS)('callbacks that create tokens on %s', (adapter) => {
  describe.each([
    ['at once', CALLBACKS],
    ['later', LATE],
  ])('answering %s', (_when, callbacks) => {
    const app = useJwtApp(adapter, {
      options: { ...callbacks, decodeKey: ({ kid }) => (kid === 'acme' ? OTHER_SECRET : SECRET) },
      controllers: [LoginController],
    });
    const logIn = async () => (await app.send('POST', '/login')).body as { accessToken: string; refreshToken: string };

    it('change both tokens; the options of the call override them', async () => {
      for (const token of Object.values(await logIn())) {
        const { header, claims } = readToken(token);
        expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'acme', from: 'call' });
        expect(claims).toMatchObject({ sub: '1', tenant: 'acme', from: 'call' });
      }
    });

    it('are each called once per token, in order, with the argument of the call', async () => {
      calls.length = 0;
      await app.tokens.createAccessToken(ALICE);
      expect(calls).toEqual([
        ['additionalHeaders', ALICE],
        ['additionalClaims', ALICE],
        ['userIdentity', ALICE],
        ['encodeKey', ALICE],
      ]);
    });

    it('create tokens that the routes accept', async () => {
      expect(await app.get('/me', (await logIn()).accessToken)).toEqual({ status: 200, body: { identity: '1' } });
    });
  });
});

describe('a callback that creates tokens', () => {
  const app = useJwtApp('express', {
    options: { additionalClaims: () => null, additionalHeaders: () => undefined },
    controllers: [LoginController],
  });

  it('can return nothing', async () => {
    const { header, claims } = readToken(await app.tokens.createAccessToken('alice', { claims: { role: 'admin' } }));
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(claims).toMatchObject({ sub: 'alice', role: 'admin' });
  });
});
