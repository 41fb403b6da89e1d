import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { CurrentUser, Jwt, JwtRequired, type JwtPayload, type TokenPair } from 'nestjs-jwt-extended';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { AuthService } from './auth.service.js';
import type { Credentials } from './credentials.js';

/**
 * For programs, which keep their tokens themselves. Takes none from cookies: a script in a page could otherwise trade
 * the cookies it cannot read for tokens it can.
 */
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  async login(@Body(new TextFields(['username', 'password'])) { username, password }: Credentials) {
    return answer(await this.auth.login(username, password));
  }

  @JwtRequired({ refresh: true, locations: 'headers' })
  @Post('refresh')
  @HttpCode(200)
  async refresh(@CurrentUser() user: User, @Jwt() payload: JwtPayload) {
    return answer(await this.auth.refresh(user, payload));
  }

  /** Takes either token, for a client that logs out has two of them to revoke. */
  @JwtRequired({ verifyType: false, locations: 'headers' })
  @Delete('logout')
  logout(@Jwt() payload: JwtPayload) {
    this.auth.logout(payload);
    return { msg: `The ${payload.type} token is revoked` };
  }
}

/** The names of RFC 6749 s.5.1. */
function answer({ accessToken, refreshToken }: TokenPair) {
  return { access_token: accessToken, refresh_token: refreshToken };
}
