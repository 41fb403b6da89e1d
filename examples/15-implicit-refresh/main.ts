// The library renews the cookie of an active user before its token expires.
//
//   curl -s -c cookies.txt -X POST localhost:3000/login
//   # {"msg":"login successful"}
//   curl -s -b cookies.txt localhost:3000/protected
//   # {"logged_in_as":"alice"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Get, HttpCode, Module, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Response } from 'express';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenCookieService, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  // A real application checks the name and the password.
  @HttpCode(200)
  @Post('login')
  async login(@Res({ passthrough: true }) response: Response) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('alice'));
    return { msg: 'login successful' };
  }

  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
  }

  @HttpCode(200)
  @Post('logout')
  logOut(@Res({ passthrough: true }) response: Response) {
    this.cookies.unsetJwtCookies(response);
    return { msg: 'logout successful' };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      tokenLocation: 'cookies',
      // Only for http on your own machine. Remove this line in production.
      cookies: { secure: false },
      accessTokenExpires: '1h',
      // A request in the last 30 minutes of a token gets a new cookie.
      implicitRefresh: { within: '30m' },
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
