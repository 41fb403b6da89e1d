import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { ProfileController } from './profile.controller.js';

@Module({ imports: [UsersModule], controllers: [ProfileController] })
export class ProfileModule {}
