import { jest } from '@jest/globals';
import { Controller, Delete, Get, Post, Query } from '@nestjs/common';
import {
  Jwt,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  RevocationEvents,
  TokenService,
  type JwtExtendedOptions,
  type JwtPayload,
  type RevocationEvent,
  type RevocationOptions,
  type TokenPair,
} from 'nestjs-jwt-extended';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import type { AdapterName } from './adapters.js';
import type { Answer } from './http-client.js';
import { TestApp } from './jwt-app.js';

@Controller()
class SessionController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  logIn(@Query('user') user: string) {
    return this.tokens.createTokenPair(user);
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }

  @JwtRequired({ refresh: true })
  @Get('refresh-only')
  refreshOnly() {
    return {};
  }

  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ skipRevocationCheck: true, verifyType: false })
  @Get('unchecked')
  unchecked() {
    return {};
  }

  @JwtRequired({ verifyType: false })
  @Delete('logout')
  async logOut(@Jwt() payload: JwtPayload) {
    await this.tokens.revoke(payload);
    return {};
  }

  @JwtRequired({ verifyType: false, skipRevocationCheck: true })
  @Delete('logout-again')
  async logOutAgain(@Jwt() payload: JwtPayload) {
    await this.tokens.revoke(payload);
    return {};
  }
}

const STORE_METHODS = [
  'lookUp',
  'openSession',
  'present',
  'endSession',
  'endSessions',
  'deny',
  'listSessions',
] as const;

export const REVOKED = { status: 401, body: { msg: 'Token has been revoked' } };
export const UNAVAILABLE = { status: 503, body: { msg: 'Token revocation status is unavailable' } };

/** Options of the module, except the store. */
type SessionOptions = Omit<JwtExtendedOptions, 'revocation'> & { revocation?: Omit<RevocationOptions, 'store'> };

/** An application with sessions. Its store is in memory unless a test passes another one. */
export class SessionApp extends TestApp {
  readonly events: RevocationEvent[] = [];

  constructor(
    adapter: AdapterName,
    readonly store: RevocationStore,
    options: SessionOptions,
  ) {
    const revocation = { ...options.revocation, store };
    super(adapter, { options: { ...options, revocation }, controllers: [SessionController] });
  }

  override async start(): Promise<this> {
    await super.start();
    this.resolve(RevocationEvents).subscribe((event) => this.events.push(event));
    return this;
  }

  /** Returns the events since its last call. */
  takeEvents(): RevocationEvent[] {
    return this.events.splice(0);
  }

  async logIn(user = 'alice'): Promise<TokenPair> {
    return pairIn(await this.send('POST', `/login?user=${user}`));
  }

  /** Refreshes with a refresh token, or with that of a pair. Throws if the application refuses it. */
  async refresh(token: string | TokenPair): Promise<TokenPair> {
    return pairIn(await this.tryToRefresh(token));
  }

  tryToRefresh(token: string | TokenPair): Promise<Answer> {
    return this.send('POST', '/refresh', { token: typeof token === 'string' ? token : token.refreshToken });
  }

  /** Whether each token of these is refused as revoked. */
  async expectOver(...pairs: TokenPair[]): Promise<void> {
    for (const pair of pairs) {
      expect(await this.get('/me', pair.accessToken)).toEqual(REVOKED);
      expect(await this.tryToRefresh(pair)).toEqual(REVOKED);
    }
  }
}

/** An application that runs during the surrounding `describe`. */
export function useSessionApp(
  adapter: AdapterName,
  options: SessionOptions = {},
  store: RevocationStore = new MemoryRevocationStore({ now: () => Date.now() }),
): SessionApp {
  const app = new SessionApp(adapter, store, options);
  beforeAll(() => app.start());
  beforeEach(() => void app.takeEvents());
  afterAll(() => app.stop());
  return app;
}

function pairIn(answer: Answer): TokenPair {
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as TokenPair;
}

/** The names of the store's methods that are called from now on, until `jest.clearAllMocks()`. */
export function storeCalls(store: RevocationStore): () => string[] {
  const spies = STORE_METHODS.map((name) => ({ name, spy: jest.spyOn(store, name) }));
  return () => spies.flatMap(({ name, spy }) => spy.mock.calls.map(() => name));
}
