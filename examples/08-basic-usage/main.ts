// The application has a log-in of its own, and a route that requires an access token.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"test","password":"test"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected
//   # {"msg":"Missing Authorization Header"}
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"logged_in_as":"test"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, HttpCode, Module, Post, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // Caches must not store tokens.
  @Header('Cache-Control', 'no-store')
  @HttpCode(200)
  @Post('login')
  async login(@Body('username') username: string, @Body('password') password: string) {
    if (username !== 'test' || password !== 'test') throw new UnauthorizedException('Bad username or password');
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
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
