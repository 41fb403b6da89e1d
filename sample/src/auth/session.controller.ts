import { Body, Controller, ForbiddenException, Get, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentUser, Jwt, JwtRequired, TokenCookieService, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { TextBody } from '../text-body.js';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

/** The routes for browsers that a log-in by password does not have. */
@Controller('auth/session')
export class SessionController {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @JwtRequired({ optional: true, locations: 'cookies' })
  @Get()
  session(@CurrentUser() user: User | null, @Jwt() { fresh = false, exp }: Partial<JwtPayload>) {
    return { user, fresh, expires: exp === undefined ? null : new Date(exp * 1000) };
  }

  /** Sets a fresh access token of the same session, after a logged-in user has entered the password again. */
  @JwtRequired({ locations: 'cookies' })
  @Post('confirm')
  @TextBody('password')
  @HttpCode(200)
  async confirm(
    @CurrentUser() user: User,
    @Jwt() payload: JwtPayload,
    @Body(new TextFields(['password'])) { password }: { password: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const confirmed = await this.users.findByCredentials(user.username, password);
    if (confirmed === undefined) throw new ForbiddenException({ msg: 'Wrong password', code: 'WRONG_PASSWORD' });
    const token = await this.tokens.createAccessToken(user, { fresh: true, session: payload });
    await this.cookies.setAccessCookies(response, token);
    return { msg: 'Your token is fresh again' };
  }
}
