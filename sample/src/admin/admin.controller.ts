import { Controller, Get, UseGuards } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { Roles, RolesGuard } from '../auth/roles.guard.js';
import { UsersService } from '../users/users.service.js';

@JwtRequired()
@Roles(['admin'])
@UseGuards(RolesGuard)
@Controller('admin')
export class AdminController {
  constructor(private readonly usersService: UsersService) {}

  @Get('users')
  users() {
    return this.usersService.findAll();
  }
}
