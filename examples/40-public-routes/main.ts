// Every route requires a token, except the routes that say otherwise.
//
//   curl -s localhost:3000/prices
//   # {"prices":[1,2]}
//   curl -s localhost:3000/orders
//   # {"msg":"Missing Authorization Header"}
//   curl -s localhost:3000/greeting
//   # {"hello":"stranger"}
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"owner":"alice"}
//   curl -s localhost:3000/greeting -H "Authorization: Bearer $TOKEN"
//   # {"hello":"alice"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, Public, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Public()
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @Public()
  @Get('prices')
  prices() {
    return { prices: [1, 2] };
  }

  // No decorator: requireByDefault protects this route.
  @Get('orders')
  orders(@JwtIdentity() identity: string) {
    return { owner: identity };
  }

  @JwtRequired({ optional: true })
  @Get('greeting')
  greeting(@JwtIdentity() identity: string | null) {
    return { hello: identity ?? 'stranger' };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      requireByDefault: true,
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
