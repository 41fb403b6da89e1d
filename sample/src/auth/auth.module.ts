import { Module } from '@nestjs/common';
import { JwtAuthModule, type JwtAuthOptions } from 'nestjs-jwt-extended/auth';
import type { User } from '../users/user.js';
import { UsersModule } from '../users/users.module.js';
import { UsersService } from '../users/users.service.js';
import { SessionController } from './session.controller.js';

/** Logs a user in with a password. The log-in opens a session, with an access token and a refresh token. */
const byPassword = (users: UsersService) => ({
  authenticate: (username: string, password: string) => users.findByCredentials(username, password),
  refresh: true,
});

/**
 * The log-in for programs, with tokens in headers and bodies. Refresh and log-out accept no cookies. Otherwise, a script in a page
 * could send the cookies that it cannot read, and read the new tokens in the body.
 */
const forPrograms = JwtAuthModule.forRootAsync({
  imports: [UsersModule],
  inject: [UsersService],
  useFactory: (users: UsersService): JwtAuthOptions<User> => ({
    ...byPassword(users),
    path: 'auth/login',
    routes: {
      refresh: '/auth/refresh',
      logout: '/auth/logout',
      // Browsers use these two as well.
      sessions: '/auth/sessions',
      logoutEverywhere: '/auth/sessions',
    },
  }),
});

/** The log-in for browsers. It sets the tokens as cookies that scripts cannot read, and never returns them in a body. */
const forBrowsers = JwtAuthModule.forRootAsync({
  imports: [UsersModule],
  inject: [UsersService],
  useFactory: (users: UsersService): JwtAuthOptions<User> => ({
    ...byPassword(users),
    path: 'auth/session',
    cookies: true,
    response: (_tokens, { username }) => ({ msg: `Hello, ${username}` }),
    routes: { refresh: true, logout: '/auth/session', logoutEverywhere: true },
  }),
});

@Module({ imports: [UsersModule, forPrograms, forBrowsers], controllers: [SessionController] })
export class AuthModule {}
