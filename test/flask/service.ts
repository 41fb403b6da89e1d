import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { Jwt, JwtIdentity, JwtRequired, TokenCookieService, TokenService } from 'nestjs-jwt-extended';
import type { HttpResponse } from 'nestjs-jwt-extended';
import type { Settings } from '../../src/options/settings.js';
import type { TestApp } from '../support/jwt-app.js';
import type { RecordedAnswer, RecordedSession } from './recorded.js';

/** The routes of the recorded service (`record.py`). */
@Controller()
export class ServiceController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @HttpCode(200)
  @Post('login')
  async login(@Res({ passthrough: true }) response: HttpResponse) {
    const accessToken = await this.tokens.createAccessToken('alice', { fresh: true, claims: { role: 'admin' } });
    const refreshToken = await this.tokens.createRefreshToken('alice');
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { access_token: accessToken, refresh_token: refreshToken };
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('refresh')
  async refresh(@JwtIdentity() identity: string, @Res({ passthrough: true }) response: HttpResponse) {
    const token = await this.tokens.createAccessToken(identity);
    await this.cookies.setAccessCookies(response, token);
    return { access_token: token };
  }

  @HttpCode(200)
  @Post('logout')
  logout(@Res({ passthrough: true }) response: HttpResponse) {
    this.cookies.unsetJwtCookies(response);
    return { done: true };
  }

  @JwtRequired()
  @Get('orders')
  orders(@JwtIdentity() identity: string, @Jwt('fresh') fresh: boolean) {
    return { identity, fresh };
  }

  @JwtRequired()
  @HttpCode(200)
  @Post('orders')
  order(@JwtIdentity() identity: string, @Jwt('fresh') fresh: boolean) {
    return { identity, fresh };
  }
}

const REQUESTS = [
  ['access', 'GET', '/orders'],
  ['access', 'POST', '/orders'],
  ['refresh', 'POST', '/refresh'],
  ['refresh', 'GET', '/orders'],
] as const;

/** Sends the requests of `record.py` with tokens of the other service, in every configured location. */
export async function answersTo(app: TestApp, tokens: RecordedSession, settings: Settings): Promise<RecordedAnswer[]> {
  const found: RecordedAnswer[] = [];
  for (const [kind, method, path] of REQUESTS) {
    for (const headers of headersFor(path, tokens[`${kind}Token`], tokens.csrf[kind], settings)) {
      const { status, body } = await app.send(method, path, { headers });
      const json = (body as { access_token?: string }).access_token === undefined ? body : { token: 'made' };
      found.push({ request: `${method} ${path}`, sent: headers.map(([name]) => name).sort(), status, json });
    }
  }
  return found;
}

type Lines = readonly (readonly [name: string, value: string])[];

function headersFor(path: string, token: string, csrfValue: string | null, settings: Settings): Lines[] {
  const { tokenLocation, cookies, csrf } = settings;
  const reads = path === '/refresh' ? 'refresh' : 'access';
  const cookie = ['Cookie', `${cookies[reads].name}=${token}`] as const;
  return [
    ...(tokenLocation.includes('headers') ? [[['Authorization', `Bearer ${token}`]] as Lines] : []),
    ...(tokenLocation.includes('cookies')
      ? [[cookie, [csrf?.[reads].headerName ?? '', csrfValue ?? '']] as Lines, [cookie] as Lines]
      : []),
  ];
}
