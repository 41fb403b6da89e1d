import { Injectable } from '@nestjs/common';
import type { JwtExtendedOptions, JwtExtendedOptionsFactory } from 'nestjs-jwt-extended';
import { RevocationStore } from 'nestjs-jwt-extended/store';
import { Environment } from '../environment/environment.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@Injectable()
export class JwtOptions implements JwtExtendedOptionsFactory {
  constructor(
    private readonly environment: Environment,
    private readonly users: UsersService,
    private readonly store: RevocationStore,
  ) {}

  createJwtExtendedOptions(): JwtExtendedOptions {
    return {
      secret: this.environment.jwtSecret,
      // Programs use headers, the page uses cookies.
      tokenLocation: ['headers', 'cookies'],
      cookies: {
        // Plain http is for development only.
        secure: this.environment.isProduction,
        // The browser sends the refresh token only to the routes that need it.
        refresh: { path: '/auth/session' },
      },
      // An active user stays logged in. A renewed token is not fresh.
      implicitRefresh: { within: '5m' },
      // Each token of this application has both, so a token without one is refused.
      requiredClaims: ['exp', 'jti'],
      // With a store, each log-in opens a session that can be ended, and a refresh token is used once.
      revocation: { store: this.store },
      rotation: { maxAge: '90d', maxPerUser: 20 },
      // The page compares the code, which stays the same. The message can change.
      errorFormat: ({ message, code }) => ({ msg: message, code }),
      userIdentity: (user: User) => user.id,
      // `@JwtRequired({ roles: 'admin' })` compares this claim. A new role counts from the next token.
      additionalClaims: (user: User) => ({ roles: [user.role] }),
      userLookup: ({ sub = '' }) => this.users.findById(sub),
    };
  }
}
