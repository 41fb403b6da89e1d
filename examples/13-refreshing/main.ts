// A refresh token creates new access tokens, so that users do not log in again.
//
//   REFRESH=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).refresh_token')
//   TOKEN=$(curl -s -X POST localhost:3000/refresh -H "Authorization: Bearer $REFRESH" | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"logged_in_as":"alice"}
//   curl -s localhost:3000/protected -H "Authorization: Bearer $REFRESH"
//   # {"msg":"Only non-refresh tokens are allowed"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    const { accessToken, refreshToken } = await this.tokens.createTokenPair(username);
    return { access_token: accessToken, refresh_token: refreshToken };
  }

  @JwtRequired({ refresh: true })
  @Header('Cache-Control', 'no-store')
  @Post('refresh')
  async refresh(@JwtIdentity() identity: string) {
    return { access_token: await this.tokens.createAccessToken(identity) };
  }

  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      accessTokenExpires: '1h',
      refreshTokenExpires: '30d',
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
