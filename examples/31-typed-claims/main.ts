// The claims of a token and the current user have types, and a schema checks the claims of each request.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $TOKEN"
//   # {"email":"alice@example.com","role":"admin"}
//   curl -s localhost:3000/greeting
//   # {"hello":"stranger"}
//   TOKEN=$(curl -s localhost:3000/old-login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $TOKEN"
//   # {"msg":"User claims verification failed"}
import { createHmac, randomBytes } from 'node:crypto';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, TokenService } from 'nestjs-jwt-extended';
import { CurrentUser, jwt, Jwt, JwtRequired, type User } from './jwt.js';

const USERS: readonly User[] = ['alice', 'bob'].map((id) => ({ id, email: `${id}@example.com` }));
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32).toString('base64url');

// #region controller
@Controller()
class AppController {
  constructor(private readonly tokens: TokenService<typeof jwt>) {}

  // A real application checks the password.
  @Post('login')
  async login(@Body('username') username: string) {
    const user = USERS.find(({ id }) => id === username) as User;
    return { access_token: await this.tokens.createAccessToken(user, { claims: { role: 'admin' } }) };
  }

  @JwtRequired()
  @Get('profile')
  profile(@CurrentUser() user: User, @Jwt('role') role: 'admin' | 'reader') {
    return { email: user.email, role };
  }

  @JwtRequired({ optional: true })
  @Get('greeting')
  greeting(@CurrentUser() user: User | null) {
    return { hello: user?.id ?? 'stranger' };
  }

  // Stands for another service, whose tokens have no role.
  @Post('old-login')
  oldLogIn(@Body('username') sub: string) {
    return { access_token: tokenWithoutRole(sub) };
  }
}
// #endregion

function tokenWithoutRole(sub: string): string {
  const parts = [{ alg: 'HS256' }, { sub }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...parts, createHmac('sha256', secret).update(parts.join('.')).digest('base64url')].join('.');
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot(
      jwt.options({
        secret,
        userIdentity: (user) => user.id,
        userLookup: ({ sub }) => USERS.find(({ id }) => id === sub),
      }),
    ),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
