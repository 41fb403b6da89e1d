import { Injectable } from '@nestjs/common';
import type { JwtExtendedOptions, JwtExtendedOptionsFactory } from 'nestjs-jwt-extended';
import { Environment } from '../environment/environment.js';
import { RevokedTokens } from '../revocation/revoked-tokens.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@Injectable()
export class JwtOptions implements JwtExtendedOptionsFactory {
  constructor(
    private readonly environment: Environment,
    private readonly users: UsersService,
    private readonly revokedTokens: RevokedTokens,
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
      // What cannot be told apart or never expires cannot be revoked.
      requiredClaims: ['jti', 'exp'],
      userIdentity: (user: User) => user.id,
      userLookup: ({ sub = '' }) => this.users.findById(sub),
      isTokenRevoked: (payload) => this.revokedTokens.has(payload),
    };
  }
}
