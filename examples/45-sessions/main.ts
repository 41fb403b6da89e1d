// Each log-in opens a session. A refresh replaces the refresh token, and a log-out ends the session.
//
//   PAIR=$(curl -s -X POST localhost:3000/login)
//   ACCESS=$(node -p 'JSON.parse(process.argv[1]).accessToken' "$PAIR")
//   FIRST=$(node -p 'JSON.parse(process.argv[1]).refreshToken' "$PAIR")
//   SECOND=$(curl -s -X POST localhost:3000/refresh -H "Authorization: Bearer $FIRST" | node -p 'JSON.parse(fs.readFileSync(0)).refreshToken')
//   curl -s localhost:3000/sessions -H "Authorization: Bearer $ACCESS"
//   # {"sessions":1}
//   curl -s -o /dev/null -w '%{http_code}' -X DELETE localhost:3000/sessions/current -H "Authorization: Bearer $SECOND"
//   # 204
//   curl -s localhost:3000/sessions -H "Authorization: Bearer $ACCESS"
//   # {"msg":"Token has been revoked"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Delete, Get, Header, Headers, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Jwt,
  JwtExtendedModule,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtPayload,
} from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  logIn(@Headers('user-agent') device?: string) {
    return this.tokens.createTokenPair('alice', { fresh: true, device });
  }

  // Consumes the refresh token, and returns the next pair.
  @JwtRequired({ refresh: true })
  @Header('Cache-Control', 'no-store')
  @Post('refresh')
  refresh(@Jwt() payload: JwtPayload) {
    return this.tokens.rotate(payload);
  }

  @JwtRequired()
  @Get('sessions')
  async sessions(@Jwt() payload: JwtPayload) {
    const sessions = await this.tokens.listSessions(payload);
    return { sessions: sessions.length };
  }

  // A log-out: revoking the refresh token ends the session, with all its access tokens.
  @JwtRequired({ refresh: true })
  @HttpCode(204)
  @Delete('sessions/current')
  logOut(@Jwt() payload: JwtPayload) {
    return this.tokens.revoke(payload);
  }

  // A log-out on every device.
  @JwtRequired({ fresh: true })
  @HttpCode(204)
  @Delete('sessions')
  logOutEverywhere(@Jwt() payload: JwtPayload) {
    return this.tokens.revokeAllFor(payload);
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      revocation: { store: new MemoryRevocationStore() },
      rotation: { maxAge: '90d', idle: '14d', maxPerUser: 10 },
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
