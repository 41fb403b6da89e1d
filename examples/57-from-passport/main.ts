// The application of before.ts, which uses passport-jwt, with this library instead.
//
//   TOKEN=$(curl -s -X POST localhost:3000/login | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $TOKEN"
//   # {"id":1,"name":"alice"}
//   curl -s localhost:3000/profile
//   # {"statusCode":401,"message":"Missing Authorization Header","error":"Unauthorized","code":"JWT_MISSING"}
import { randomBytes } from 'node:crypto';
import { Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentUser, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

process.env.JWT_SECRET_KEY ??= randomBytes(32).toString('hex');

const users = [{ id: 1, name: 'alice' }];

// #region after
@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login() {
    return { access_token: await this.tokens.createAccessToken('1') };
  }

  @JwtRequired()
  @Get('profile')
  profile(@CurrentUser() user: object) {
    return user;
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRootAsync({
      useFactory: () => ({
        secret: process.env.JWT_SECRET_KEY,
        accessTokenExpires: '15m',
        userLookup: ({ sub }) => users.find(({ id }) => String(id) === sub) ?? null,
        // Bodies with the same members as those of Nest.
        errorFormat: 'nest',
      }),
    }),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
