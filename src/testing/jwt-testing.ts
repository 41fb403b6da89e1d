import type { INestApplicationContext } from '@nestjs/common';
import { partsOf } from '../access/nest-application.js';
import type { Duration } from '../options/duration.js';
import type { Settings } from '../options/settings.js';
import { TokenService } from '../token.service.js';
import type { TokenReference } from '../token-options.js';
import { formsOf, withOtherSignature, type TestToken } from './test-tokens.js';

/** How `as()` logs a user in. */
export interface TestLogInOptions {
  /**
   * Whether, or how long, the token is fresh.
   *
   * @default false
   */
  fresh?: boolean | Duration | undefined;
  /**
   * Further claims, such as scopes and roles.
   *
   * @default none
   */
  claims?: object | undefined;
  /**
   * `true`: a refresh token too, and with a store a new session. A `sid` or a token: the session that the token joins.
   *
   * @default false
   */
  session?: boolean | TokenReference | undefined;
  /**
   * `true`: `headers` have the cookies and the double submit value, and no header with the token.
   *
   * @default true if the option `tokenLocation` has `'cookies'` and not `'headers'`
   */
  cookies?: boolean | undefined;
}

/** A user who is logged in: the access token in each form, and the refresh token of `session: true`. */
export interface TestLogIn extends TestToken {
  /** The refresh token in the same forms. `null` without `session: true`. */
  readonly refresh: TestToken | null;
}

/** How long ago the expired token has expired, in seconds, in addition to the option `leeway`. */
const EXPIRED_FOR = 60;
const LIFETIME = 900;

/** Makes tokens of the application under test, good and bad ones. `jwtTesting(app)` returns it. */
export class JwtTesting {
  /** @internal */
  constructor(
    private readonly tokens: TokenService,
    private readonly settings: Settings,
  ) {}

  /**
   * Logs a user in: creates real tokens with the keys and the store of the application.
   *
   * @param identity what `createAccessToken()` takes: the value for the claim of the identity, or a user for `userIdentity`
   * @throws TypeError for wrong claims, and in an application that only verifies tokens
   * @example
   * await request(app.getHttpServer()).get('/profile').set((await jwt.as('alice')).headers).expect(200);
   */
  async as(identity: unknown, options: TestLogInOptions = {}): Promise<TestLogIn> {
    const { fresh, claims, session = false } = options;
    if (session === true) {
      const pair = await this.tokens.createTokenPair(identity, { fresh, claims });
      const refresh = this.forms(pair.refreshToken, 'refresh', options);
      return Object.freeze({ ...this.forms(pair.accessToken, 'access', options), refresh });
    }
    const joined = session === false ? {} : { session };
    const token = await this.tokens.createAccessToken(identity, { fresh, claims, ...joined });
    return Object.freeze({ ...this.forms(token, 'access', options), refresh: null });
  }

  /** A token that has expired, longer ago than the option `leeway`. */
  async expired(identity: unknown = 'tester', options: TestLogInOptions = {}): Promise<TestLogIn> {
    return this.as(identity, { ...options, claims: { ...options.claims, ...this.expiredClaims() } });
  }

  /** @internal The times of a token that has expired. */
  expiredClaims(): object {
    const exp = Math.floor(Date.now() / 1_000) - this.settings.leeway - EXPIRED_FOR;
    return { iat: exp - LIFETIME, nbf: exp - LIFETIME, exp };
  }

  /**
   * A token that was revoked.
   *
   * @throws TypeError without the option `revocation`: then only the application knows how to revoke a token
   */
  async revoked(identity: unknown = 'tester', options: TestLogInOptions = {}): Promise<TestLogIn> {
    if (this.settings.revocation === null) {
      throw new TypeError(
        'revoked() needs the option revocation: { store }. With isTokenRevoked, revoke the token of as().',
      );
    }
    const logIn = await this.as(identity, options);
    await this.tokens.revoke(logIn.token);
    return logIn;
  }

  /** A token with a wrong signature. Everything else in it is right. */
  async forged(identity: unknown = 'tester', options: TestLogInOptions = {}): Promise<TestLogIn> {
    const { token } = await this.as(identity, options);
    return Object.freeze({ ...this.forms(withOtherSignature(token), 'access', options), refresh: null });
  }

  private forms(token: string, kind: 'access' | 'refresh', { cookies }: TestLogInOptions): TestToken {
    const { tokenLocation } = this.settings;
    const onlyCookies = tokenLocation.includes('cookies') && !tokenLocation.includes('headers');
    return formsOf(token, kind, this.settings, cookies ?? onlyCookies);
  }
}

/**
 * Signs users in, in tests of an application.
 *
 * @throws TypeError if the application does not import `JwtExtendedModule`
 * @example
 * const jwt = jwtTesting(app);
 * const { headers } = await jwt.as('alice', { fresh: true, claims: { roles: ['admin'] } });
 */
export function jwtTesting(app: INestApplicationContext): JwtTesting {
  const { settings } = partsOf(app, 'jwtTesting');
  return new JwtTesting(app.get(TokenService, { strict: false }), settings);
}
