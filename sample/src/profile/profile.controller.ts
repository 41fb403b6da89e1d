import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@JwtRequired()
@Controller('profile')
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get()
  profile(@CurrentUser() user: User) {
    return user;
  }

  @JwtRequired({ fresh: true })
  @Post('password')
  @HttpCode(200)
  async changePassword(
    @CurrentUser() user: User,
    @Body(new TextFields(['password'], 8)) { password }: { password: string },
  ) {
    await this.users.changePassword(user, password);
    return { msg: 'The password is changed' };
  }
}
