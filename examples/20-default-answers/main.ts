// The application changes the status and the body of two refusals. The others stay as they are.
//
//   curl -s localhost:3000/protected
//   # {"error":"Log in first"}
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   sleep 2
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"error":"Your session is over","action":"log-in"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password. This token lives for one second.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username, { expires: '1s' }) };
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
      errorResponses: {
        unauthorized: () => ({ status: 401, body: { error: 'Log in first' } }),
        expiredToken: () => ({ status: 401, body: { error: 'Your session is over', action: 'log-in' } }),
      },
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
