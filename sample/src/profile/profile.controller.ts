import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CurrentUser, Jwt, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { TextBody } from '../text-body.js';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@JwtRequired()
@Controller('profile')
export class ProfileController {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: TokenService,
  ) {}

  @Get()
  profile(@CurrentUser() user: User) {
    return user;
  }

  /** Ends all other sessions of the user. */
  @JwtRequired({ fresh: true })
  @Post('password')
  @TextBody('password')
  @HttpCode(200)
  async changePassword(
    @CurrentUser() user: User,
    @Jwt('sid') session: string,
    @Body(new TextFields(['password'], 8)) { password }: { password: string },
  ) {
    await this.users.changePassword(user, password);
    // A person who knows the old password may hold one of the other sessions.
    await this.tokens.revokeAllFor(user.id, { exceptSession: session });
    return { msg: 'The password is changed' };
  }
}
