import { Controller, Get, Post } from '@nestjs/common';
import { Jwt, JwtRequired, MemoryRevocationStore, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { readToken } from '../../support/forge.js';
import { foreignToken, jwks, providerKey } from '../../support/identity-provider.js';
import { useJwtApp } from '../../support/jwt-app.js';
import { json, KeyServer } from '../../support/key-server.js';

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired({ locations: ['headers', 'cookies'] })
  @Get('me')
  me() {}

  @JwtRequired({ verifyType: false })
  @Post('rotate')
  rotate(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }

  @JwtRequired({ verifyType: false })
  @Post('revoke')
  revoke(@Jwt() payload: JwtPayload) {
    return this.tokens.revoke(payload);
  }

  @JwtRequired()
  @Post('join')
  async join(@Jwt() payload: JwtPayload) {
    return { token: await this.tokens.createAccessToken('alice', { session: payload }) };
  }
}

const server = new KeyServer();
const key = providerKey('a');
beforeAll(async () => {
  await server.start();
  server.keys = json(jwks(key));
});
afterAll(() => server.stop());

describe.each(ADAPTERS)('a token of an identity provider, with sessions, on %s', (adapter) => {
  const iss = 'https://idp.example';
  const app = useJwtApp(adapter, {
    controllers: [RoutesController],
    options: {
      revocation: { store: new MemoryRevocationStore() },
      rotation: { adopt: true },
      implicitRefresh: { within: '10m' },
      get jwks() {
        return { issuer: iss, uri: server.keysUrl, audience: false as const };
      },
    },
  });
  const post = (path: string, token: string) => app.send('POST', path, { token });

  it('belongs to no session, even if it names one', async () => {
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const sid = readToken(accessToken).claims.sid as string;
    const token = foreignToken(key, { iss, sid, jti: 'one' });
    expect(await app.get('/me', token)).toMatchObject({ status: 200 });
    await app.tokens.revokeSession(sid);
    expect(await app.get('/me', accessToken)).toMatchObject({ status: 401 });
    expect(await app.get('/me', token)).toMatchObject({ status: 200 });
  });

  it('needs no jti, because providers often send none', async () => {
    expect(await app.get('/me', foreignToken(key, { iss }))).toMatchObject({ status: 200 });
  });

  it('joins no session, and is neither rotated nor adopted', async () => {
    const { refreshToken } = await app.tokens.createTokenPair('alice');
    const { sid, jti } = readToken(refreshToken).claims;
    const token = (claims: object) => foreignToken(key, { iss, sid, jti, ...claims });
    expect(await post('/join', token({}))).toMatchObject({ status: 500 });
    for (const claims of [{ type: 'refresh' }, { type: 'refresh', sid: undefined, jti: 'new' }]) {
      const refusal = { status: 422, body: { msg: 'Only refresh tokens are allowed' } };
      expect(await post('/rotate', token(claims))).toEqual(refusal);
    }
    expect(await post('/rotate', refreshToken)).toMatchObject({ status: 201 });
  });

  it('can be revoked by its jti, which ends no session', async () => {
    const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
    const { sid } = readToken(accessToken).claims;
    for (const type of ['access', 'refresh']) {
      const token = foreignToken(key, { iss, sid, type, jti: `of-${type}` });
      expect(await post('/revoke', token)).toMatchObject({ status: 201 });
      expect(await post('/revoke', token)).toMatchObject({ status: 401 });
    }
    expect(await app.get('/me', accessToken)).toMatchObject({ status: 200 });
    expect(await post('/rotate', refreshToken)).toMatchObject({ status: 201 });
  });

  it('is refused after revokeAllFor() of its sub and its issuer', async () => {
    const token = foreignToken(key, { iss, sub: 'idp|carol' });
    expect(await app.get('/me', token)).toMatchObject({ status: 200 });
    await app.tokens.revokeAllFor('idp|carol', { issuer: iss });
    expect(await app.get('/me', token)).toMatchObject({ status: 401 });
  });

  it('in a cookie is not renewed', async () => {
    const own = await app.tokens.createAccessToken('alice', { expires: '1m' });
    const foreign = foreignToken(key, { iss, type: 'access', exp: Math.floor(Date.now() / 1000) + 60 });
    const cookiesFor = async (token: string) => {
      const headers = [['Cookie', `access_token_cookie=${token}`]] as const;
      const answer = await app.send('GET', '/me', { headers });
      expect(answer.status).toBe(200);
      return answer.setCookies.length;
    };
    expect(await cookiesFor(own)).toBe(2);
    expect(await cookiesFor(foreign)).toBe(0);
  });
});
