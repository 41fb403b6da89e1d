// A column of the user refuses all tokens from before a change of the password. There is no store.
//
//   OLD=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   sleep 1
//   NEW=$(curl -s -X POST localhost:3000/password -H "Authorization: Bearer $OLD" | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $OLD"
//   # {"msg":"Token has been revoked"}
//   curl -s localhost:3000/protected -H "Authorization: Bearer $NEW"
//   # {"logged_in_as":"alice"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

/** A table of the database in a real application: the time of the last change of the password, in seconds. */
const passwordChangedAt = new Map<string, number>();

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username, { fresh: true }) };
  }

  // #region password
  @JwtRequired({ fresh: true })
  @Header('Cache-Control', 'no-store')
  @HttpCode(200)
  @Post('password')
  async changePassword(@JwtIdentity() username: string) {
    passwordChangedAt.set(username, Math.floor(Date.now() / 1000));
    return { access_token: await this.tokens.createAccessToken(username) };
  }
  // #endregion

  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
  }
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // A truthy answer refuses the token. The answer can be a promise.
      isTokenRevoked: ({ sub = '', iat = 0 }) => iat < (passwordChangedAt.get(sub) ?? 0),
    }),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
