import { Controller, Delete, Get } from '@nestjs/common';
import {
  Jwt,
  JwtRequired,
  MemoryRevocationStore,
  RevocationEvents,
  TokenService,
  type JwtPayload,
  type RevocationEvent,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { foreignToken, jwks, providerKey } from '../../support/identity-provider.js';
import { useJwtApp, withJwtApp, type TestApp } from '../../support/jwt-app.js';
import { json, KeyServer } from '../../support/key-server.js';
import { errorOf } from '../../support/token-service.js';

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired()
  @Get('me')
  me() {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh(@Jwt('fresh') fresh: unknown) {
    return { fresh };
  }

  @JwtRequired()
  @Get('sessions')
  sessions(@Jwt() payload: JwtPayload) {
    return this.tokens.listSessions(payload);
  }

  @JwtRequired()
  @Delete('everywhere')
  async everywhere(@Jwt() payload: JwtPayload) {
    await this.tokens.revokeAllFor(payload);
    return {};
  }
}

const [iss, other] = ['https://idp.example', 'https://other.example'];
const server = new KeyServer();
const key = providerKey('a');
beforeAll(async () => {
  await server.start();
  server.keys = json(jwks(key));
});
afterAll(() => server.stop());

const provider = (issuer: string | undefined, more: object = {}) => ({
  ...(issuer !== undefined && { issuer }),
  uri: server.keysUrl,
  audience: false as const,
  ...more,
});
const IN = { status: 200 };
const REVOKED = { status: 401, body: { msg: 'Token has been revoked' } };

describe.each(ADAPTERS)('Our carol and the carol of an identity provider on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    controllers: [RoutesController],
    options: {
      revocation: { store: new MemoryRevocationStore() },
      get jwks() {
        return [provider(iss), provider(other)];
      },
    },
  });
  const events: RevocationEvent[] = [];
  beforeAll(() => void app.resolve(RevocationEvents).subscribe((event) => events.push(event)));
  /** Tokens of three users who have one name. */
  const tokensOf = async (sub: string) => ({
    ours: (await app.tokens.createTokenPair(sub)).accessToken,
    loose: await app.tokens.createAccessToken(sub),
    theirs: foreignToken(key, { iss, sub, jti: `${sub} 1` }),
    others: foreignToken(key, { iss: other, sub, jti: `${sub} 1` }),
  });
  const everywhere = (token: string) => app.send('DELETE', '/everywhere', { token });

  it('are two users, and the log-out of one does not affect the other', async () => {
    const { ours, loose, theirs, others } = await tokensOf('carol');
    expect(await everywhere(theirs)).toMatchObject(IN);
    expect(await app.get('/me', theirs)).toEqual(REVOKED);
    for (const token of [ours, loose, others]) expect(await app.get('/me', token)).toMatchObject(IN);
    expect(await everywhere(ours)).toMatchObject(IN);
    for (const token of [ours, loose]) expect(await app.get('/me', token)).toEqual(REVOKED);
    expect(await app.get('/me', others)).toMatchObject(IN);
  });

  it('do not see the sessions of each other', async () => {
    const { ours, theirs } = await tokensOf('dora');
    expect((await app.get('/sessions', theirs)).body).toEqual([]);
    expect((await app.get('/sessions', ours)).body).toHaveLength(1);
  });

  it('are named by the identity claim and the issuer', async () => {
    const { ours, loose, theirs, others } = await tokensOf('emma');
    events.length = 0;
    await app.tokens.revokeAllFor('emma', { issuer: other });
    expect(await app.get('/me', others)).toEqual(REVOKED);
    for (const token of [ours, loose, theirs]) expect(await app.get('/me', token)).toMatchObject(IN);
    await app.tokens.revokeAllFor('emma');
    for (const token of [ours, loose]) expect(await app.get('/me', token)).toEqual(REVOKED);
    expect(await app.get('/me', theirs)).toMatchObject(IN);
    expect(events).toEqual([
      { type: 'all-revoked', identity: 'emma', issuer: other },
      { type: 'all-revoked', identity: 'emma' },
    ]);
  });

  it('have tokens with the same jti, which are revoked independently', async () => {
    const { theirs, others } = await tokensOf('fay');
    await app.tokens.revoke(theirs);
    expect(await app.get('/me', theirs)).toEqual(REVOKED);
    expect(await app.get('/me', others)).toMatchObject(IN);
  });

  it.each([['https://unknown.example'], [''], [null], [7]])(
    'cannot be named with an issuer that is not in the options: %p',
    async (issuer) => {
      const error = await errorOf(() => app.tokens.revokeAllFor('carol', { issuer: issuer as string }));
      expect(error).toBeInstanceOf(TypeError);
    },
  );

  it('cannot be named with a token of one issuer and the option of another issuer', async () => {
    const { payload } = await app.tokens.verify(foreignToken(key, { iss, sub: 'gerda' }));
    await app.tokens.revokeAllFor(payload, { issuer: iss });
    expect(await errorOf(() => app.tokens.revokeAllFor(payload, { issuer: other }))).toBeInstanceOf(TypeError);
  });
});

describe('An application without keys of its own', () => {
  const withProviders = (entries: () => object[], work: (app: TestApp) => Promise<void>) => {
    const options = { secret: undefined, jwks: entries(), revocation: { store: new MemoryRevocationStore() } };
    return withJwtApp('express', { controllers: [RoutesController], options: options }, work);
  };

  it('finds the user of its only provider', () =>
    withProviders(
      () => [provider(iss)],
      async (app) => {
        const token = foreignToken(key, { iss, sub: 'carol' });
        expect(await app.get('/me', token)).toMatchObject(IN);
        await app.tokens.revokeAllFor('carol');
        expect(await app.get('/me', token)).toEqual(REVOKED);
      },
    ));

  it('needs the issuer if it has several providers, or accepts any issuer', async () => {
    for (const entries of [() => [provider(iss), provider(other)], () => [provider(undefined)]]) {
      await withProviders(entries, async (app) => {
        expect(await errorOf(() => app.tokens.revokeAllFor('carol'))).toBeInstanceOf(TypeError);
        const tokens = [iss, other].map((name) => foreignToken(key, { iss: name, sub: 'carol' }));
        await app.tokens.revokeAllFor('carol', { issuer: iss });
        expect(await app.get('/me', tokens[0])).toEqual(REVOKED);
        expect(await app.get('/me', tokens[1])).toMatchObject(IN);
      });
    }
  });

  it('names the user of tokens without iss by issuer: null', () =>
    withProviders(
      () => [provider(undefined)],
      async (app) => {
        const token = foreignToken(key, { sub: 'carol' });
        expect(await app.get('/me', token)).toMatchObject(IN);
        await app.tokens.revokeAllFor('carol', { issuer: null });
        expect(await app.get('/me', token)).toEqual(REVOKED);
      },
    ));
});

describe.each(ADAPTERS)('The freshness of a token of an identity provider on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    controllers: [RoutesController],
    options: {
      leeway: 5,
      get jwks() {
        return [provider(iss, { freshFor: '15m' }), provider(other)];
      },
    },
  });
  const now = () => Math.floor(Date.now() / 1000);
  const fresh = (claims: object) => app.get('/fresh', foreignToken(key, { iss, ...claims }));
  const STALE = { status: 401, body: { msg: 'Fresh token required' } };

  it.each([[true], [1], [9_999_999_999], ['true'], [1e300]])(
    'does not depend on the claim fresh: %p',
    async (claim) => {
      expect(await fresh({ fresh: claim })).toEqual(STALE);
      expect(await fresh({ fresh: claim, iss: other, auth_time: now() })).toEqual(STALE);
      expect(await app.get('/me', foreignToken(key, { iss, fresh: claim }))).toMatchObject(IN);
    },
  );

  it('follows from the time of the log-in and the option freshFor', async () => {
    const loggedInAt = now() - 60;
    expect(await fresh({ auth_time: loggedInAt, fresh: false })).toMatchObject({
      ...IN,
      body: { fresh: loggedInAt + 900 },
    });
    expect(await fresh({ auth_time: now() - 899 + 5 })).toMatchObject(IN);
    expect(await fresh({ auth_time: now() - 901 })).toEqual(STALE);
  });

  it('ends while the token is cached', async () => {
    const token = foreignToken(key, { iss, auth_time: now() - 898 });
    expect(await app.get('/fresh', token)).toMatchObject(IN);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await app.get('/fresh', token)).toEqual(STALE);
  });

  it.each([[undefined], [null], ['now'], [true], [[]], [Date.now()], [1e300], [-1e300], [0]])(
    'needs the time of the log-in, which cannot be %p',
    async (time) => {
      expect(await fresh({ auth_time: time })).toEqual(STALE);
      expect(await app.get('/me', foreignToken(key, { iss, auth_time: time }))).toMatchObject(IN);
    },
  );

  it('of our own tokens does not depend on auth_time', async () => {
    const stale = await app.tokens.createAccessToken('alice', { claims: { auth_time: now() } });
    expect(await app.get('/fresh', stale)).toEqual(STALE);
    expect(await app.get('/fresh', await app.tokens.createAccessToken('alice', { fresh: true }))).toMatchObject(IN);
  });
});
