import { inspect } from 'node:util';
import { Controller, Get, Post, Req, type INestApplication } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import {
  Jwt,
  JwtAuthenticator,
  JwtExtendedException,
  JwtExtendedModule,
  JwtRequired,
  MemoryRevocationStore,
  TokenCookieService,
  TokenService,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import { ADAPTERS } from '../support/adapters.js';
import { csrfOf, forge } from '../support/forge.js';
import { foreignToken, jwks, providerKey } from '../support/identity-provider.js';
import { withJwtApp, type JwtAppSetup, type TestApp } from '../support/jwt-app.js';
import { json, KeyServer } from '../support/key-server.js';

const SECRETS = {
  hmac: 'hmac-secret-of-the-application-0123456789',
  old: 'old-hmac-secret-of-the-application-98765',
  returned: 'secret-that-a-callback-returns-0123456789',
  apiKey: 'password-in-the-address-of-the-keys',
  claim: 'personal-claim-of-alice',
  client: 'password-of-the-database-client',
};

const provider = providerKey('provider-key');
const server = new KeyServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

@Controller()
class PrintedController {
  /** A controller that holds the services, as most do. */
  constructor(
    readonly tokens: TokenService,
    readonly cookies: TokenCookieService,
    readonly authenticator: JwtAuthenticator,
  ) {}

  @JwtRequired()
  @Get('read')
  read(@Jwt() payload: JwtPayload, @Req() request: object) {
    expect(request).toBeDefined();
    return { sub: payload.sub };
  }

  @JwtRequired({ fresh: true })
  @Post('write')
  write() {}
}

const OPTIONS: Record<string, () => JwtAppSetup['options']> = {
  'keys, an identity provider and a store': () => {
    server.paths.set(`/keys?key=${SECRETS.apiKey}`, json(jwks(provider)));
    return {
      secret: undefined,
      keys: [
        { kid: 'new', key: SECRETS.hmac, algorithm: 'HS256', use: 'sign' },
        { kid: 'old', key: SECRETS.old, algorithm: 'HS256', use: 'verify' },
      ],
      jwks: {
        uri: `${server.url}/keys?key=${SECRETS.apiKey}`,
        issuer: 'https://provider.example',
        audience: 'api',
        allowInsecure: true,
      },
      tokenLocation: ['headers', 'cookies'],
      revocation: { store: new MemoryRevocationStore(), local: { staleness: '5s' } },
    };
  },
  'secrets that callbacks return': () => ({
    secret: [SECRETS.hmac, SECRETS.old],
    encodeKey: () => SECRETS.returned,
    decodeKey: () => SECRETS.returned,
    revocation: { store: new MemoryRevocationStore() },
    tokenLocation: ['headers', 'cookies'],
    userLookup: ({ sub }) => ({ sub, claim: SECRETS.claim }),
  }),
};

/** What a program can hold and log: the providers of the library, and controllers that inject them. */
function* loggable(app: INestApplication): Generator<[string, unknown]> {
  for (const module of app.get(ModulesContainer).values()) {
    const isOurs = module.metatype === JwtExtendedModule;
    const wrappers = isOurs ? [...module.providers, ...module.injectables] : [...module.controllers];
    for (const [token, { instance }] of wrappers) {
      if (!NESTS.some((type) => instance instanceof type)) yield [`${module.name} ${String(token)}`, instance];
    }
  }
}

/** What a program prints of a value with `console.log()`, a debugger, or a logger that writes JSON. */
function printed(value: unknown): string {
  const shown = inspect(value, { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null });
  try {
    return `${shown}${JSON.stringify(value)}`;
  } catch {
    return shown;
  }
}

/** Presents good and bad tokens, and returns the exceptions, the tokens and the secrets in them. */
async function useTokens(app: TestApp): Promise<{ errors: unknown[]; secrets: string[] }> {
  const authenticator = app.resolve(JwtAuthenticator);
  const service = app.tokens;
  const claims = { email: SECRETS.claim };
  const pair = await service.createTokenPair('alice', { claims });
  const other = await service.createTokenPair('alice', { claims });
  const cookie = [['Cookie', `access_token_cookie=${pair.accessToken}`]] as const;
  const expired = await service.createAccessToken('alice', { claims, expires: '1ms' });
  const foreign = foreignToken(provider, {
    iss: 'https://provider.example',
    aud: 'api',
    email: SECRETS.claim,
    type: 'access',
  });
  for (const token of [pair.accessToken, foreign, forge()]) await app.get('/read', token);
  await app.send('POST', '/write', { headers: cookie });
  const presented = [expired, `${pair.accessToken}x`, forge({ email: SECRETS.claim }), pair.refreshToken, foreign];
  const errors: unknown[] = [];
  for (const token of presented) {
    for (const requirement of [{ fresh: true }, { scopes: 'admin' }, { roles: 'admin' }, { type: 'any' as const }]) {
      await authenticator
        .authenticateToken(token, requirement, { csrfToken: 'wrong' })
        .catch((e: unknown) => errors.push(e));
    }
  }
  await service.rotate(other.refreshToken).catch((error: unknown) => errors.push(error));
  const tokens = [pair.accessToken, pair.refreshToken, other.accessToken, other.refreshToken, expired, foreign];
  const signatures = tokens.map((token) => token.split('.')[2] as string);
  const csrf = [pair.accessToken, other.accessToken, expired].map((token) => csrfOf(token));
  return { errors, secrets: [...Object.values(SECRETS), ...signatures, ...csrf] };
}

/** Nest's own providers. They lead to the server and its sockets, which hold the requests as they came. */
const NESTS = [ApplicationConfig, DiscoveryService, HttpAdapterHost, ModuleRef, ModulesContainer];

describe.each(ADAPTERS)('on %s', (adapter) => {
  it.each(Object.entries(OPTIONS))('nothing prints a secret, a token or a claim: %s', async (_name, options) => {
    await withJwtApp(adapter, { options: options(), controllers: [PrintedController] }, async (app) => {
      const { errors, secrets } = await useTokens(app);
      expect(errors.length).toBeGreaterThan(8);
      expect(errors.filter((error) => !(error instanceof JwtExtendedException))).toEqual([]);
      const printable = [...loggable(app.nest), ...errors.map((error) => [`${error as Error}`, error] as const)];
      for (const [name, value] of printable) {
        const text = printed(value);
        expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []]);
      }
    });
  });
});

const client = {
  options: { password: SECRETS.client },
  on: () => client,
  listenerCount: () => 1,
  time: async () => [],
};

it.each([
  ['MemoryRevocationStore', new MemoryRevocationStore()],
  ['RedisRevocationStore', Object.assign(Object.create(RedisRevocationStore.prototype) as object, { client })],
  ['SqlRevocationStore', new SqlRevocationStore({ dialect: 'postgres', query: async () => client })],
])('%s prints its name, and nothing of its client', (name, store) => {
  expect(inspect({ store }, { depth: Infinity, showHidden: true })).toBe(`{ store: [${name}] }`);
  expect(JSON.stringify({ store })).toBe(`{"store":"[${name}]"}`);
});
