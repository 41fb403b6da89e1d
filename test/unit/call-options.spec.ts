import { Test } from '@nestjs/testing';
import {
  JwtAuthenticator,
  JwtExtendedModule,
  KeyRing,
  MemoryRevocationStore,
  optionsFromFlaskConfig,
  TokenCookieService,
  TokenService,
  type HttpResponse,
} from 'nestjs-jwt-extended';
import { OTHER_SECRET, SECRET } from '../support/forge.js';
import { errorOf } from '../support/token-service.js';

interface Services {
  tokens: TokenService;
  cookies: TokenCookieService;
  authenticator: JwtAuthenticator;
  ring: KeyRing;
  refreshToken: string;
}

/** A response without any method for cookies. */
const RESPONSE: HttpResponse = {
  getHeader: () => undefined,
  setHeader: () => {
    throw new Error('A header was set');
  },
};

/** Each call that takes options, with a known option, and a name of another library. */
const CALLS: [call: string, make: (services: Services, options: never) => unknown, known: string, wrong: string][] = [
  ['createAccessToken', ({ tokens }, options) => tokens.createAccessToken('a', options), 'expires', 'expiresIn'],
  ['createRefreshToken', ({ tokens }, options) => tokens.createRefreshToken('a', options), 'expires', 'expires_delta'],
  ['createTokenPair', ({ tokens }, options) => tokens.createTokenPair('a', options), 'accessExpires', 'expiresIn'],
  ['rotate', ({ tokens, refreshToken }, options) => tokens.rotate(refreshToken, options), 'claims', 'additionalClaims'],
  ['revoke', ({ tokens, refreshToken }, options) => tokens.revoke(refreshToken, options), 'note', 'reason'],
  ['revokeSession', ({ tokens }, options) => tokens.revokeSession('a', options), 'note', 'reason'],
  ['listSessions', ({ tokens }, options) => tokens.listSessions('a', options), 'ended', 'revoked'],
  ['revokeAllFor', ({ tokens }, options) => tokens.revokeAllFor('a', options), 'exceptSession', 'exceptSesion'],
  [
    'verify',
    ({ tokens, refreshToken }, options) => tokens.verify(refreshToken, options),
    'allowExpired',
    'ignoreExpiration',
  ],
  ['setAccessCookies', ({ cookies }, options) => cookies.setAccessCookies(RESPONSE, 't', options), 'maxAge', 'max_age'],
  [
    'setRefreshCookies',
    ({ cookies }, options) => cookies.setRefreshCookies(RESPONSE, 't', options),
    'domain',
    'domian',
  ],
  ['unsetJwtCookies', ({ cookies }, options) => cookies.unsetJwtCookies(RESPONSE, options), 'domain', 'Domain'],
  ['unsetAccessCookies', ({ cookies }, options) => cookies.unsetAccessCookies(RESPONSE, options), 'domain', 'domains'],
  ['unsetRefreshCookies', ({ cookies }, options) => cookies.unsetRefreshCookies(RESPONSE, options), 'domain', 'path'],
  [
    'authenticateToken',
    ({ authenticator }, options) => authenticator.authenticateToken('t', {}, options),
    'csrfToken',
    'csrf_value',
  ],
  ['KeyRing.rotate', ({ ring }, options) => ring.rotate({ key: OTHER_SECRET }, options), 'retireAfter', 'retireafter'],
  ['KeyRing.rotate', ({ ring }, options) => ring.rotate(options), 'key', 'secret'],
  ['optionsFromFlaskConfig', (_services, options) => optionsFromFlaskConfig({}, options), 'ignore', 'ignored'],
];

describe('the options of a call', () => {
  let services: Services;

  beforeAll(async () => {
    const options = { secret: SECRET, revocation: { store: new MemoryRevocationStore() } };
    const module = await Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
    const tokens = module.get(TokenService);
    const refreshToken = await tokens.createRefreshToken('a');
    const [cookies, authenticator] = [module.get(TokenCookieService), module.get(JwtAuthenticator)];
    services = { tokens, cookies, authenticator, ring: module.get(KeyRing), refreshToken };
  });

  it.each(CALLS)('%s() refuses a name that it does not have', async (call, make, known, wrong) => {
    const error = await errorOf(() => make(services, { [wrong]: undefined } as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain(`${call}() option "${wrong}" does not exist. `);
    expect(error?.message).toMatch(new RegExp(`${known}|Write|option`, 'i'));
  });

  it.each(CALLS)('%s() refuses options that are no object', async (call, make) => {
    for (const options of [null, true, 'fresh', 900, ['claims']]) {
      const error = await errorOf(() => make(services, options as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toContain(`${call}() option "options" must be an object with any of: `);
    }
  });

  it.each([
    ['expiresIn', 'Write expires; with createTokenPair() accessExpires and refreshExpires.'],
    ['expires_delta', 'Write expires;'],
    ['additionalClaims', 'Write claims.'],
    ['additional_headers', 'Write headers.'],
    ['secret', 'The keys are options of the module.'],
    ['sid', 'Write session.'],
    ['expire', 'Did you mean "expires"?'],
  ])('the error for the name %s has the name of this library', async (name, cure) => {
    const error = await errorOf(() => services.tokens.createAccessToken('a', { [name]: 1 }));
    expect(error?.message).toContain(cure);
  });

  it('a requirement of authenticate() and authenticateToken() must be an object', async () => {
    for (const requirement of [null, false, '', 0, true, 'fresh']) {
      for (const call of [
        () => services.authenticator.authenticateToken('t', requirement as never),
        () => services.authenticator.authenticate({} as never, requirement as never),
      ]) {
        expect((await errorOf(call))?.message).toContain('takes an object of options, such as { fresh: true }');
      }
    }
  });
});
