// A sensitive route accepts only tokens of a log-in in the last five minutes.
//
//   PAIR=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}')
//   FRESH=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
//   curl -s -X POST localhost:3000/password -H "Authorization: Bearer $FRESH"
//   # {"changed":"alice"}
//   REFRESH=$(node -p 'JSON.parse(process.argv[1]).refresh_token' "$PAIR")
//   TOKEN=$(curl -s -X POST localhost:3000/refresh -H "Authorization: Bearer $REFRESH" | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s -X POST localhost:3000/password -H "Authorization: Bearer $TOKEN"
//   # {"msg":"Fresh token required"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Header, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    // The access token is valid for 15 minutes, and fresh for the first 5.
    const { accessToken, refreshToken } = await this.tokens.createTokenPair(username, { fresh: '5m' });
    return { access_token: accessToken, refresh_token: refreshToken };
  }

  // A token of a refresh is not fresh: the user did not enter the password.
  @JwtRequired({ refresh: true })
  @Header('Cache-Control', 'no-store')
  @Post('refresh')
  async refresh(@JwtIdentity() identity: string) {
    return { access_token: await this.tokens.createAccessToken(identity) };
  }

  @JwtRequired({ fresh: true })
  @HttpCode(200)
  @Post('password')
  changePassword(@JwtIdentity() identity: string) {
    return { changed: identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      accessTokenExpires: '15m',
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
