import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { SessionController } from './session.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [UsersModule],
  controllers: [AuthController, SessionController, SessionsController],
  providers: [AuthService],
})
export class AuthModule {}
