import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';
import { environment } from './environment.js';
import { UsersModule } from './users.module.js';
import { UsersService } from './users.service.js';

/** The secret of the tokens. Tests run without one, for example in CI. */
function secret(): string | undefined {
  const { JWT_SECRET_KEY, NODE_ENV } = environment();
  return (
    JWT_SECRET_KEY ??
    (NODE_ENV === 'test' ? randomBytes(32).toString('hex') : undefined)
  );
}

@Module({
  imports: [
    UsersModule,
    // Write @JwtRequired() on a controller or a method that needs a token.
    JwtExtendedModule.forRootAsync({
      useFactory: () => ({ secret: secret() }),
    }),
    // POST /auth returns a token for a name and a password. GET /auth/me returns who its user is.
    JwtAuthModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({
        authenticate: (username: string, password: string) =>
          users.verify(username, password),
        routes: { me: true },
      }),
    }),
  ],
})
export class AuthModule {}
