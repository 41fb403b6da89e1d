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

/** A script that reads the double submit value of the access token. */
const VALUE = `(/csrf_access_token=([^;]+)/.exec(document.cookie)?.[1] ?? '')`;

/** Scripts for a page of the bank. `who` returns the name of the user, the others return the status. */
export const IN_PAGE = {
  logIn: `fetch('/log-in', { method: 'POST' }).then(({ status }) => status)`,
  logOut: `fetch('/log-out', { method: 'POST', headers: { 'X-CSRF-TOKEN': ${VALUE} } }).then(({ status }) => status)`,
  transfer: `fetch('/transfer', { method: 'POST', headers: { 'X-CSRF-TOKEN': ${VALUE} } }).then(({ status }) => status)`,
  who: `fetch('/who').then((response) => response.json()).then(({ name }) => name)`,
} as const;

/** The methods of the transfers that were made. */
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
  @Post('log-in')
  async logIn(@Res({ passthrough: true }) response: HttpResponse) {
    const { accessToken, refreshToken } = await this.tokens.createTokenPair('alice', { fresh: true });
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { value: await this.tokens.getCsrfToken(accessToken) };
  }

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('log-out')
  logOut(@Res({ passthrough: true }) response: HttpResponse) {
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

  /** A GET that changes data. Applications must not do this, but the tests need it. */
  @JwtRequired()
  @Get('transfer')
  transferByLink() {
    this.transfers.push('GET');
  }
}

/** An application with tokens in cookies, and a route that changes data. */
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
    // The browser leaves its connections open, and close() would wait for them.
    (this.running?.app.getHttpServer() as Server | undefined)?.closeAllConnections();
    await this.running?.close();
  }

  get tokens(): TokenService {
    if (this.running === undefined) throw new Error('The bank is closed');
    return this.running.app.get(TokenService);
  }

  /** The address of the bank on a host name that resolves to this machine. */
  at(host = '127.0.0.1'): string {
    const url = new URL(this.running?.url ?? '');
    url.hostname = host;
    return url.origin;
  }
}
