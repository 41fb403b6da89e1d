// Tokens are created from a user object, and handlers get the user object back.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"bob","password":"hidden"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/who-am-i -H "Authorization: Bearer $TOKEN"
//   # {"id":2,"full_name":"Bob Jones","username":"bob"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentUser, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

interface User {
  id: number;
  username: string;
  fullName: string;
  password: string;
}

// A real application compares the hash of the password.
const users: User[] = [
  { id: 1, username: 'alice', fullName: 'Alice Smith', password: 'secret' },
  { id: 2, username: 'bob', fullName: 'Bob Jones', password: 'hidden' },
];

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string, @Body('password') password: string) {
    const found = users.find((user) => user.username === username && user.password === password);
    if (found === undefined) throw new UnauthorizedException('Wrong username or password');
    return { access_token: await this.tokens.createAccessToken(found) };
  }

  @JwtRequired()
  @Get('who-am-i')
  whoAmI(@CurrentUser() user: User) {
    return { id: user.id, full_name: user.fullName, username: user.username };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // The claim "sub" of a new token is a text.
      userIdentity: (user) => String((user as User).id),
      userLookup: ({ sub }) => users.find((user) => String(user.id) === sub) ?? null,
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
