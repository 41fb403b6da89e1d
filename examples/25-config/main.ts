// The options of the module come from environment variables, and a wrong variable stops the start.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/lifetime -H "Authorization: Bearer $TOKEN"
//   # {"seconds":1800}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { Jwt, JwtExtendedModule, JwtRequired, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { jwtEnv } from 'nestjs-jwt-extended/config';
import { jwtConfig } from './jwt.config.js';

// A real application has these in its environment, or in a file .env.
process.env.JWT_SECRET_KEY ??= randomBytes(32).toString('hex');
process.env.JWT_ACCESS_TOKEN_EXPIRES ??= '30m';

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
  @Get('lifetime')
  lifetime(@Jwt() { iat, exp }: JwtPayload) {
    return { seconds: Number(exp) - Number(iat) };
  }
}

// #region module
@Module({
  imports: [
    ConfigModule.forRoot({ validate: jwtEnv.validate }),
    JwtExtendedModule.forRootAsync(jwtConfig.asProvider()),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
