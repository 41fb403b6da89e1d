import { Module } from '@nestjs/common';
import { RevocationModule } from '../revocation/revocation.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { SessionController } from './session.controller.js';

@Module({
  imports: [UsersModule, RevocationModule],
  controllers: [AuthController, SessionController],
  providers: [AuthService],
})
export class AuthModule {}
