import { Controller, Get } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { UsersService } from '../users/users.service.js';

@JwtRequired({ roles: 'admin' })
@Controller('admin')
export class AdminController {
  constructor(private readonly usersService: UsersService) {}

  @Get('users')
  users() {
    return this.usersService.findAll();
  }
}
