// A guard of the application accepts an API key. A request without one needs a token.
//
//   curl -s localhost:3000/reports -H 'X-API-Key: key-of-the-example'
//   # {"reports":[1]}
//   curl -s localhost:3000/reports -H 'X-API-Key: another'
//   # {"msg":"Missing Authorization Header"}
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/reports -H "Authorization: Bearer $TOKEN"
//   # {"reports":[1]}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, TokenService } from 'nestjs-jwt-extended';
import { ApiKeyOrTokenGuard } from './api-key-or-token.guard.js';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username, { claims: { scope: 'reports:read' } }) };
  }

  // #region handler
  // No @JwtRequired() here: the guard decides whether the request needs a token.
  @UseGuards(ApiKeyOrTokenGuard)
  @Get('reports')
  reports() {
    return { reports: [1] };
  }
  // #endregion
}

@Module({
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
