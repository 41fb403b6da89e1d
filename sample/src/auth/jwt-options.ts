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
      // Headers for programs, cookies for the page.
      tokenLocation: ['headers', 'cookies'],
      cookies: {
        // Without it only in development, for plain http.
        secure: this.environment.isProduction,
        // Sent to the routes that need it, and to no other.
        refresh: { path: '/auth/session' },
      },
      // Who uses the page stays signed in; freshness ends with the token all the same.
      implicitRefresh: { within: '5m' },
      // Every log-in is a session that can be ended; a refresh token is good for one successor.
      revocation: { store: this.store },
      rotation: { maxAge: '90d', maxPerUser: 20 },
      userIdentity: (user: User) => user.id,
      userLookup: ({ sub = '' }) => this.users.findById(sub),
    };
  }
}
