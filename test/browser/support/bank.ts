import type { Server } from 'node:http';
import { Controller, Get, HttpCode, Inject, Post, Res, type INestApplication } from '@nestjs/common';
import {
  JwtIdentity,
  JwtRequired,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { startApp, type AdapterName, type RunningApp } from '../../support/adapters.js';
import { jwtModule } from '../../support/jwt-app.js';

/** The value that goes with the access token, as a script finds it. */
const VALUE = `(/csrf_access_token=([^;]+)/.exec(document.cookie)?.[1] ?? '')`;

/** What a page of the bank does; each answers the status. */
export const IN_PAGE = {
  signIn: `fetch('/sign-in', { method: 'POST' }).then(({ status }) => status)`,
  signOut: `fetch('/sign-out', { method: 'POST', headers: { 'X-CSRF-TOKEN': ${VALUE} } }).then(({ status }) => status)`,
  transfer: `fetch('/transfer', { method: 'POST', headers: { 'X-CSRF-TOKEN': ${VALUE} } }).then(({ status }) => status)`,
  who: `fetch('/who').then((response) => response.json()).then(({ name }) => name)`,
} as const;

/** What was done, and by what. */
type Transfers = ('POST' | 'GET')[];

const TRANSFERS = Symbol('transfers');

@Controller()
class BankController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
    @Inject(TRANSFERS) private readonly transfers: Transfers,
  ) {}

  @Get()
  home() {
    return {};
  }

  @HttpCode(200)
  @Post('sign-in')
  async signIn(@Res({ passthrough: true }) response: HttpResponse) {
    const { accessToken, refreshToken } = await this.tokens.createTokenPair('alice', { fresh: true });
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { value: await this.tokens.getCsrfToken(accessToken) };
  }

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('sign-out')
  signOut(@Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetJwtCookies(response);
  }

  @JwtRequired({ optional: true })
  @Get('who')
  who(@JwtIdentity() name: string | null) {
    return { name };
  }

  @JwtRequired()
  @HttpCode(200)
  @Post('transfer')
  transfer() {
    this.transfers.push('POST');
  }

  /** A mistake, for it changes something. */
  @JwtRequired()
  @Get('transfer')
  transferByLink() {
    this.transfers.push('GET');
  }
}

/** An application that something can be done in, with the user's cookies. */
export class Bank {
  readonly transfers: Transfers = [];
  private running?: RunningApp;

  constructor(
    private readonly options: JwtExtendedOptions,
    private readonly adapter: AdapterName = 'express',
  ) {}

  async start(prepare: (app: INestApplication) => void = () => undefined): Promise<this> {
    const metadata = {
      imports: [jwtModule({ tokenLocation: 'cookies', ...this.options })],
      controllers: [BankController],
      providers: [{ provide: TRANSFERS, useValue: this.transfers }],
    };
    this.running = await startApp(this.adapter, metadata, undefined, prepare);
    return this;
  }

  async stop(): Promise<void> {
    // Browsers keep their connections.
    (this.running?.app.getHttpServer() as Server | undefined)?.closeAllConnections();
    await this.running?.close();
  }

  get tokens(): TokenService {
    if (this.running === undefined) throw new Error('The bank is closed');
    return this.running.app.get(TokenService);
  }

  /** Its address under a name that leads to this machine. */
  at(host = '127.0.0.1'): string {
    const url = new URL(this.running?.url ?? '');
    url.hostname = host;
    return url.origin;
  }
}
