import { Body, Controller, Delete, Header, Headers, HttpCode, Post } from '@nestjs/common';
import { Jwt, JwtRequired, type JwtPayload, type TokenPair } from 'nestjs-jwt-extended';
import { TextFields } from '../text-fields.pipe.js';
import { AuthService } from './auth.service.js';
import type { Credentials } from './credentials.js';

/**
 * The routes for programs, with tokens in headers and bodies. They accept no cookies. Otherwise, a script in a page could
 * send the cookies that it cannot read, and read the new tokens in the body.
 */
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async login(
    @Body(new TextFields(['username', 'password'])) { username, password }: Credentials,
    @Headers('user-agent') device?: string,
  ) {
    return tokenResponse(await this.auth.login(username, password, device));
  }

  @JwtRequired({ refresh: true, locations: 'headers' })
  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async refresh(@Jwt() payload: JwtPayload) {
    return tokenResponse(await this.auth.refresh(payload));
  }

  /** Accepts either token, because both belong to the session that ends. */
  @JwtRequired({ verifyType: false, locations: 'headers' })
  @Delete('logout')
  async logout(@Jwt() payload: JwtPayload) {
    await this.auth.logout(payload);
    return { msg: 'You are logged out' };
  }
}

/** The names of RFC 6749 s.5.1, which also forbids caches to store the response. */
function tokenResponse({ accessToken, refreshToken }: TokenPair) {
  return { access_token: accessToken, refresh_token: refreshToken };
}
