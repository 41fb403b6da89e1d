// The tokens are in cookies, and each refresh replaces both of them.
//
//   curl -s -c cookies.txt -X POST localhost:3000/session
//   # {"username":"alice"}
//   curl -s -b cookies.txt localhost:3000/session
//   # {"username":"alice"}
//   CSRF=$(awk '$6 == "csrf_refresh_token" { print $7 }' cookies.txt)
//   curl -s -b cookies.txt -c cookies.txt -X POST localhost:3000/session/refresh -H "X-CSRF-TOKEN: $CSRF"
//   # {"refreshed":true}
//   CSRF=$(awk '$6 == "csrf_refresh_token" { print $7 }' cookies.txt)
//   cp cookies.txt copy.txt
//   curl -s -b cookies.txt -c cookies.txt -X DELETE localhost:3000/session -H "X-CSRF-TOKEN: $CSRF"
//   # {"username":null}
//   curl -s -b copy.txt localhost:3000/session
//   # {"msg":"Token has been revoked"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Delete, Get, HttpCode, Module, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Response } from 'express';
import {
  Jwt,
  JwtExtendedModule,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  TokenCookieService,
  TokenService,
  type JwtPayload,
} from 'nestjs-jwt-extended';

@Controller('session')
class SessionController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  // A real application checks the password.
  @Post()
  async logIn(@Res({ passthrough: true }) response: Response) {
    const { accessToken, refreshToken } = await this.tokens.createTokenPair('alice', { fresh: true });
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { username: 'alice' };
  }

  @JwtRequired()
  @Get()
  read(@JwtIdentity() username: string) {
    return { username };
  }

  @JwtRequired({ refresh: true })
  @HttpCode(200)
  @Post('refresh')
  async refresh(@Jwt() payload: JwtPayload, @Res({ passthrough: true }) response: Response) {
    const { accessToken, refreshToken } = await this.tokens.rotate(payload);
    await this.cookies.setAccessCookies(response, accessToken);
    await this.cookies.setRefreshCookies(response, refreshToken);
    return { refreshed: true };
  }

  @JwtRequired({ refresh: true })
  @Delete()
  async logOut(@Jwt() payload: JwtPayload, @Res({ passthrough: true }) response: Response) {
    // First end the session in the store: a copy of the cookies must not stay valid.
    await this.tokens.revoke(payload);
    this.cookies.unsetJwtCookies(response);
    return { username: null };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      tokenLocation: 'cookies',
      cookies: {
        // Only for http on your own machine. Remove this line in production.
        secure: false,
        // The browser sends the refresh token only to these routes.
        refresh: { path: '/session' },
      },
      revocation: { store: new MemoryRevocationStore() },
    }),
  ],
  controllers: [SessionController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
