/** @jest-environment jsdom */
import { Controller, Get, Post } from '@nestjs/common';
import { Jwt, JwtRequired, MemoryRevocationStore, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { of } from 'rxjs';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { foreignToken, jwks, providerKey } from '../support/identity-provider.js';
import { useJwtApp } from '../support/jwt-app.js';

// Full-stack projects run all tests in jsdom. Its globals are another realm: `Uint8Array`, `Date` and `Promise` are other
// classes than Node's, timers are numbers, and some globals are missing.
const provider = providerKey('provider-key');
const fetchKeys = () => Promise.resolve(new StubResponse() as unknown as Response);

class StubResponse {
  readonly status = 200;
  readonly headers = new Headers();
  private text: Uint8Array | null = Buffer.from(JSON.stringify(jwks(provider)));
  readonly body = {
    getReader: () => ({
      read: () => {
        const value = this.text;
        this.text = null;
        return Promise.resolve({ done: value === null, value: value ?? undefined });
      },
    }),
    cancel: () => Promise.resolve(),
  };
}

@Controller()
class CatsController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  login() {
    return this.tokens.createTokenPair('alice', { fresh: true });
  }

  @JwtRequired()
  @Get('cats')
  cats(@Jwt() payload: JwtPayload) {
    return { sub: payload.sub };
  }
}

it('runs in another realm than Node', () => {
  expect(Buffer.from('a') instanceof Uint8Array).toBe(false);
  expect(typeof setTimeout(() => undefined, 0)).toBe('number');
});

describe.each(ADAPTERS)('an application that is tested in jsdom, on %s,', (adapter) => {
  const bytes = new Uint8Array([...SECRET].map((character) => character.charCodeAt(0)));
  const app = useJwtApp(adapter, {
    controllers: [CatsController],
    options: {
      secret: [bytes, Buffer.from(OTHER_SECRET)],
      jwks: {
        issuer: 'https://provider.example',
        uri: 'https://provider.example/keys',
        audience: 'api',
        fetch: fetchKeys,
      },
      verifyToken: () => of(true),
      revocation: { store: new MemoryRevocationStore(), local: { staleness: '1s' } },
    },
  });

  it('accepts its own tokens, and signs with bytes of both realms', async () => {
    const login = await app.send('POST', '/login');
    const { accessToken } = login.body as { accessToken: string };
    expect(await app.get('/cats', accessToken)).toEqual({ status: 200, body: { sub: 'alice' } });
    expect(await app.get('/cats', forge({}, { secret: OTHER_SECRET }))).toMatchObject({ status: 200 });
    expect(await app.get('/cats', `${accessToken}x`)).toMatchObject({ status: 422 });
  });

  it('accepts tokens of an identity provider', async () => {
    const token = foreignToken(provider, { iss: 'https://provider.example', aud: 'api' });
    expect(await app.get('/cats', token)).toEqual({ status: 200, body: { sub: 'alice' } });
  });

  it('revokes tokens, until a date of either realm', async () => {
    const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
    await app.tokens.rotate(refreshToken);
    await app.tokens.revoke(accessToken);
    await app.tokens.revokeAllFor('bob', { before: new Date() });
    expect(await app.get('/cats', accessToken)).toMatchObject({ status: 401, body: { msg: 'Token has been revoked' } });
  });

  it('refuses claims with characters that are no UTF-8', async () => {
    const url = `${await app.nest.getUrl()}/cats`;
    expect(await send('GET', url, { token: 'a.b.c' })).toMatchObject({ status: 422 });
  });
});
