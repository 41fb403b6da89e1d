import { Module } from '@nestjs/common';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { AdminModule } from './admin/admin.module.js';
import { AppController } from './app.controller.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtOptions } from './auth/jwt-options.js';
import { EnvironmentModule } from './environment/environment.module.js';
import { NotesModule } from './notes/notes.module.js';
import { ProfileModule } from './profile/profile.module.js';
import { RevocationModule } from './revocation/revocation.module.js';
import { UsersModule } from './users/users.module.js';

@Module({
  imports: [
    JwtExtendedModule.forRootAsync({
      imports: [EnvironmentModule, UsersModule, RevocationModule],
      useClass: JwtOptions,
    }),
    EnvironmentModule,
    AuthModule,
    ProfileModule,
    NotesModule,
    AdminModule,
  ],
  controllers: [AppController],
})
export class AppModule {}
