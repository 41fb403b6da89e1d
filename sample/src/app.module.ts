import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { AdminModule } from './admin/admin.module.js';
import { AppController } from './app.controller.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtOptions } from './auth/jwt-options.js';
import { DocumentationModule } from './documentation/documentation.module.js';
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
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
      // The page of Apollo loads scripts of another site, which the content security policy forbids.
      playground: false,
      includeStacktraceInErrorResponses: false,
    }),
    EnvironmentModule,
    AuthModule,
    ProfileModule,
    NotesModule,
    AdminModule,
    DocumentationModule,
  ],
  controllers: [AppController],
})
export class AppModule {}
