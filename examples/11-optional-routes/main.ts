// A route serves requests with and without a token. It refuses a wrong token.
//
//   curl -s localhost:3000/optional
//   # {"logged_in_as":"anonymous user"}
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/optional -H "Authorization: Bearer $TOKEN"
//   # {"logged_in_as":"alice"}
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
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: string | null) {
    return { logged_in_as: identity ?? 'anonymous user' };
  }
}

@Module({
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
