// Requests send their token in a header, in a cookie, in the query string or in a JSON body.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"from":"headers"}
//   curl -s "localhost:3000/protected?jwt=$TOKEN"
//   # {"from":"query_string"}
//   curl -s localhost:3000/protected -b "access_token_cookie=$TOKEN"
//   # {"from":"cookies"}
//   curl -s localhost:3000/protected -H 'Content-Type: application/json' -d "{\"access_token\":\"$TOKEN\"}"
//   # {"from":"json"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, HttpCode, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getJwtContext, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired()
  @Get('protected')
  read(@Req() request: object) {
    return { from: getJwtContext(request)?.location };
  }

  // A POST with a cookie also needs the double submit value in X-CSRF-TOKEN.
  @JwtRequired()
  @HttpCode(200)
  @Post('protected')
  write(@Req() request: object) {
    return { from: getJwtContext(request)?.location };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // The library tries them in this order. Servers log query strings, so allow them only if you need them.
      tokenLocation: ['headers', 'cookies', 'json', 'query_string'],
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
