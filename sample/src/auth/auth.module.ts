import { Module } from '@nestjs/common';
import { RevocationModule } from '../revocation/revocation.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';

@Module({ imports: [UsersModule, RevocationModule], controllers: [AuthController], providers: [AuthService] })
export class AuthModule {}
