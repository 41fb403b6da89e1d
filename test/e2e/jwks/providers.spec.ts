import { Controller, Get, Post } from '@nestjs/common';
import { JwtAuthenticator, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { forge, SECRET, compact, claimsOf } from '../../support/forge.js';
import { foreignToken, jwks, providerKey, published } from '../../support/identity-provider.js';
import { useJwtApp, withJwtApp } from '../../support/jwt-app.js';
import { json, KeyServer } from '../../support/key-server.js';
import { errorOf } from '../../support/token-service.js';

@JwtRequired()
@Controller()
export class RoutesController {
  @Get('me')
  me(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ type: 'any' })
  @Get('any')
  any(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {
    return {};
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh() {
    return {};
  }
}

const controllers = [RoutesController];
const refused = (msg: string) => ({ status: 422, body: { msg } });
const alice = { status: 200, body: { identity: 'alice' } };

const first = new KeyServer();
const second = new KeyServer();
const elliptic = providerKey('elliptic');
const rsa = providerKey('rsa', 'RS256');
const other = providerKey('other');

beforeAll(async () => {
  await Promise.all([first.start(), second.start()]);
  first.keys = json(jwks(elliptic, rsa, providerKey('pss', 'PS256'), providerKey('edwards', 'EdDSA')));
  second.paths.set('/tenant/.well-known/openid-configuration', (response, request) =>
    json({ issuer: `${second.url}/tenant/`, jwks_uri: second.keysUrl })(response, request),
  );
  second.keys = json(jwks(other));
});
afterAll(() => Promise.all([first.stop(), second.stop()]));

describe.each(ADAPTERS)('identity providers together with our own keys on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    controllers,
    options: {
      issuer: 'us',
      audience: 'web',
      get jwks() {
        return [
          { issuer: 'https://first.example/', uri: first.keysUrl, audience: ['api', 'admin'] },
          { issuer: `${second.url}/tenant/`, audience: false as const, algorithms: ['ES256'] as const },
        ];
      },
    },
  });
  const ofFirst = { iss: 'https://first.example/', aud: 'api' };
  const send = (token: string) => app.get('/me', token);

  it('accept their tokens, with every type of key', async () => {
    for (const key of [elliptic, rsa, providerKey('pss', 'PS256'), providerKey('edwards', 'EdDSA')]) {
      expect(await send(foreignToken(key, ofFirst))).toEqual(alice);
    }
    expect(await send(foreignToken(other, { iss: `${second.url}/tenant/` }))).toEqual(alice);
  });

  it('accept our own tokens with our own keys, issuer and audience', async () => {
    expect(await send(await app.tokens.createAccessToken('alice'))).toEqual(alice);
    expect(await send(forge({ iss: 'us', aud: 'api' }))).toEqual(refused("Audience doesn't match"));
    expect(await send(forge({ iss: 'them', aud: 'web' }))).toEqual(refused('Invalid issuer'));
    expect(await send(forge({ aud: 'web' }))).toEqual(refused('Token is missing the "iss" claim'));
  });

  it('refuse a token whose audience is not that of its provider', async () => {
    expect(await send(foreignToken(elliptic, { ...ofFirst, aud: ['other', 'admin'] }))).toEqual(alice);
    expect(await send(foreignToken(elliptic, { ...ofFirst, aud: 'web' }))).toEqual(refused("Audience doesn't match"));
    expect(await send(foreignToken(elliptic, { ...ofFirst, aud: undefined }))).toEqual(
      refused('Token is missing the "aud" claim'),
    );
  });

  it('check the other claims of their tokens as for all tokens', async () => {
    expect(await send(foreignToken(elliptic, { ...ofFirst, exp: 1 }))).toMatchObject({ status: 401 });
    expect(await send(foreignToken(elliptic, { ...ofFirst, sub: 7 }))).toEqual(refused('Subject must be a string'));
    expect(await send(foreignToken(elliptic, { ...ofFirst, nbf: 9e9 }))).toMatchObject({ status: 422 });
  });

  it('choose the keys by the exact issuer alone', async () => {
    expect(await send(foreignToken(other, ofFirst))).toEqual(refused('No key for this token'));
    expect(await send(foreignToken({ ...other, kid: 'elliptic' }, ofFirst))).toEqual(
      refused('Signature verification failed'),
    );
    for (const iss of [
      'https://first.example',
      'HTTPS://first.example/',
      ['https://first.example/'],
      null,
      undefined,
    ]) {
      expect(await send(foreignToken(elliptic, { ...ofFirst, iss }))).toEqual(
        refused('The specified alg value is not allowed'),
      );
    }
    expect(await send(foreignToken(rsa, { iss: `${second.url}/tenant/` }))).toEqual(
      refused('The specified alg value is not allowed'),
    );
  });

  it('refuse an HMAC with their public key, and our own token with their issuer', async () => {
    const header = JSON.stringify({ alg: 'HS256', kid: 'elliptic' });
    const payload = JSON.stringify(claimsOf(ofFirst));
    for (const secret of [SECRET, JSON.stringify(published(elliptic))]) {
      expect(await send(compact(header, payload, { secret }))).toEqual(
        refused('The specified alg value is not allowed'),
      );
    }
  });

  it('fetch no address that a token names', async () => {
    const before = [...first.requests, ...second.requests];
    const named = { jku: `${second.url}/evil`, x5u: `${second.url}/evil`, jwk: published(other) };
    for (const iss of ['https://first.example/', `${second.url}/evil`]) {
      await send(foreignToken(other, { iss, aud: 'api' }, { ...named, kid: 'elliptic' }));
    }
    expect([...first.requests, ...second.requests]).toEqual(before);
  });

  it('issue access tokens, which are refused on refresh routes and not fresh by their claim', async () => {
    for (const type of ['refresh', 'access', undefined]) {
      const token = foreignToken(elliptic, { ...ofFirst, type });
      expect(await app.send('POST', '/refresh', { token })).toEqual(refused('Only refresh tokens are allowed'));
    }
    expect(await send(foreignToken(elliptic, { ...ofFirst, type: 'refresh' }))).toEqual(
      refused('Only non-refresh tokens are allowed'),
    );
    expect(await app.get('/fresh', foreignToken(elliptic, ofFirst))).toMatchObject({ status: 401 });
    expect(await app.get('/fresh', foreignToken(elliptic, { ...ofFirst, fresh: true }))).toMatchObject({ status: 401 });
  });
});

/** The access tokens that the providers issue, by their documentation: the claims, the header, and the options for them. */
const FORMS = {
  Auth0: {
    options: { issuer: 'https://example.eu.auth0.com/', audience: 'https://api.example.com' },
    claims: { aud: ['https://api.example.com', 'https://example.eu.auth0.com/userinfo'], azp: 'app', scope: 'openid' },
    wrong: { aud: 'https://example.eu.auth0.com/userinfo' },
  },
  Keycloak: {
    options: { issuer: 'https://login.example.com/realms/shop', audience: 'orders' },
    claims: { aud: ['orders', 'account'], typ: 'Bearer', azp: 'shop', sid: 'a8b9', realm_access: { roles: ['user'] } },
    wrong: { aud: 'account' },
  },
  Cognito: {
    options: { issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example', audience: false },
    claims: { token_use: 'access', client_id: 'client', scope: 'aws.cognito.signin.user.admin', version: 2 },
    wrong: { token_use: 'id', client_id: undefined, aud: 'client' },
  },
  Entra: {
    options: { issuer: 'https://login.microsoftonline.com/1111/v2.0', audience: '6666' },
    claims: { aud: '6666', ver: '2.0', tid: '1111', oid: '2222', scp: 'orders.read', azp: '3333', uti: 'x' },
    wrong: { aud: '00000003-0000-0000-c000-000000000000' },
  },
} as const;

describe.each(ADAPTERS)('an access token in the form of a provider on %s', (adapter) => {
  describe.each(Object.entries(FORMS))('%s', (_provider, { options, claims, wrong }) => {
    const app = useJwtApp(adapter, {
      controllers,
      options: {
        secret: undefined,
        get jwks() {
          return { ...options, uri: first.keysUrl, algorithms: ['RS256'] as const };
        },
        verifyToken: ({ token_use: use = 'access' }) => use === 'access',
      },
    });
    const send = (more: object, key = rsa) =>
      app.get('/me', foreignToken(key, { iss: options.issuer, ...claims, ...more }));

    it('is accepted with a key of the provider', async () => {
      expect(await send({})).toEqual(alice);
    });

    it('is refused with another key, for another application, and after its time', async () => {
      expect(await send({}, { ...providerKey('stranger', 'RS256'), kid: 'rsa' })).toEqual(
        refused('Signature verification failed'),
      );
      expect((await send(wrong)).status).toBe('token_use' in wrong ? 400 : 422);
      expect((await send({ exp: 1 })).status).toBe(401);
    });
  });
});

describe.each(ADAPTERS)('the claim type on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    controllers,
    options: {
      get jwks() {
        return { issuer: 'https://first.example/', uri: first.keysUrl, audience: false as const };
      },
    },
  });
  const ofProvider = (type: unknown) => foreignToken(elliptic, { iss: 'https://first.example/', type });

  it.each(['userToken', 'Refresh', 'access ', '', 5, 0, true, null, [], ['refresh'], { type: 'refresh' }])(
    'is the own claim of an identity provider: its token with %j is an access token',
    async (type) => {
      const token = ofProvider(type);
      expect(await app.get('/me', token)).toEqual(alice);
      expect(await app.get('/optional', token)).toEqual(alice);
      expect(await app.get('/any', token)).toEqual(alice);
      expect(await app.send('POST', '/refresh', { token })).toEqual(refused('Only refresh tokens are allowed'));
      const { payload, identity } = await app.resolve(JwtAuthenticator).authenticateToken(token);
      expect([payload.type, identity]).toEqual([type, 'alice']);
    },
  );

  it('is checked in our own tokens', async () => {
    for (const type of ['userToken', 5, null]) {
      expect(await app.get('/me', forge({ type }))).toEqual(refused('Only non-refresh tokens are allowed'));
      expect(await app.send('POST', '/refresh', { token: forge({ type }) })).toEqual(
        refused('Only refresh tokens are allowed'),
      );
      expect(await app.get('/any', forge({ type }))).toEqual(alice);
    }
  });
});

describe.each(ADAPTERS)('an identity provider alone on %s', (adapter) => {
  it('verifies tokens, and the application cannot sign', async () => {
    const options = {
      secret: undefined,
      jwks: { issuer: 'https://first.example/', uri: first.keysUrl, audience: 'api' },
    };
    await withJwtApp(adapter, { controllers, options }, async (app) => {
      const claims = { iss: 'https://first.example/', aud: 'api' };
      expect(await app.get('/me', foreignToken(elliptic, claims))).toEqual(alice);
      expect(await app.get('/me', foreignToken(elliptic, { ...claims, iss: 'them' }))).toEqual(
        refused('Invalid issuer'),
      );
      expect(await app.get('/me', foreignToken(elliptic, { aud: 'api' }))).toEqual(
        refused('Token is missing the "iss" claim'),
      );
      expect(await app.get('/me', forge())).toEqual(refused('Token is missing the "iss" claim'));
      const error = await errorOf(() => app.tokens.createAccessToken('alice'));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toMatch('verifies tokens and cannot create them');
    });
  });

  it('needs no issuer if it is the only one', async () => {
    const options = { secret: undefined, jwks: { uri: first.keysUrl, audience: 'api' } };
    await withJwtApp(adapter, { controllers, options }, async (app) => {
      expect(await app.get('/me', foreignToken(elliptic, { aud: 'api' }))).toEqual(alice);
      expect(await app.get('/me', foreignToken(elliptic, { aud: 'api', iss: 'anybody' }))).toEqual(alice);
      expect(await app.get('/me', foreignToken(other, { aud: 'api' }))).toEqual(refused('No key for this token'));
    });
  });
});
