import { Body, Controller, Delete, Get, Headers, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  CurrentUser,
  Jwt,
  JwtRequired,
  TokenCookieService,
  type JwtPayload,
  type TokenPair,
} from 'nestjs-jwt-extended';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { AuthService } from './auth.service.js';
import type { Credentials } from './credentials.js';

/** The routes for browsers. They set the tokens as cookies that scripts cannot read, and never return them in a body. */
@Controller('auth/session')
export class SessionController {
  constructor(
    private readonly auth: AuthService,
    private readonly cookies: TokenCookieService,
  ) {}

  @JwtRequired({ optional: true, locations: 'cookies' })
  @Get()
  session(@CurrentUser() user: User | null, @Jwt() { fresh = false, exp }: Partial<JwtPayload>) {
    return { user, fresh, expires: exp === undefined ? null : new Date(exp * 1000) };
  }

  @Post()
  async logIn(
    @Body(new TextFields(['username', 'password'])) { username, password }: Credentials,
    @Res({ passthrough: true }) response: Response,
    @Headers('user-agent') device?: string,
  ) {
    await this.setCookies(response, await this.auth.login(username, password, device));
    return { msg: `Hello, ${username}` };
  }

  @JwtRequired({ locations: 'cookies' })
  @Post('confirm')
  @HttpCode(200)
  async confirm(
    @CurrentUser() user: User,
    @Jwt() payload: JwtPayload,
    @Body(new TextFields(['password'])) { password }: Pick<Credentials, 'password'>,
    @Res({ passthrough: true }) response: Response,
  ) {
    await this.cookies.setAccessCookies(response, await this.auth.confirm(user, password, payload));
    return { msg: 'Your token is fresh again' };
  }

  @JwtRequired({ refresh: true, locations: 'cookies' })
  @Post('refresh')
  @HttpCode(200)
  async refresh(@Jwt() payload: JwtPayload, @Res({ passthrough: true }) response: Response) {
    await this.setCookies(response, await this.auth.refresh(payload));
    return { msg: 'You have new tokens' };
  }

  /** Requires the refresh token, so that log-out also works after the access token has expired. */
  @JwtRequired({ refresh: true, locations: 'cookies' })
  @Delete()
  async logOut(@Jwt() payload: JwtPayload, @Res({ passthrough: true }) response: Response) {
    await this.auth.logout(payload);
    this.cookies.unsetJwtCookies(response);
    return { msg: 'You are logged out' };
  }

  private async setCookies(response: Response, { accessToken, refreshToken }: TokenPair): Promise<void> {
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
  }
}
