import { Controller, Delete, Get, Param } from '@nestjs/common';
import { CurrentUser, Jwt, JwtRequired } from 'nestjs-jwt-extended';
import type { User } from '../users/user.js';
import { AuthService } from './auth.service.js';

/** The sessions of the current user, for programs and browsers. */
@JwtRequired()
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly auth: AuthService) {}

  @Get()
  async sessions(@CurrentUser() user: User, @Jwt('sid') current: string) {
    const sessions = await this.auth.sessions(user);
    return sessions.map((session) => ({ ...session, current: session.sid === current }));
  }

  @Delete()
  async logoutEverywhere(@CurrentUser() user: User) {
    await this.auth.logoutEverywhere(user);
    return { msg: 'You are logged out everywhere' };
  }

  @Delete(':sid')
  async endSession(@CurrentUser() user: User, @Param('sid') sid: string) {
    await this.auth.endSession(user, sid);
    return { msg: 'The session is over' };
  }
}
