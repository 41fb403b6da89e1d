// The options come from the ConfigService of Nest.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/lifetime -H "Authorization: Bearer $TOKEN"
//   # {"seconds":600}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { duration, Jwt, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

@Controller()
class LogInController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}

@Controller()
class AppController {
  @JwtRequired()
  @Get('lifetime')
  lifetime(@Jwt('iat') issued: number, @Jwt('exp') expires: number) {
    return { seconds: expires - issued };
  }
}

// A real application has these in its environment, or in a file .env that no repository contains.
process.env.JWT_SECRET_KEY ??= randomBytes(32).toString('hex');
process.env.JWT_TTL ??= '10m';

// #region module
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    JwtExtendedModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        // Stops the start with the name of the variable if it is missing.
        secret: config.getOrThrow<string>('JWT_SECRET_KEY'),
        accessTokenExpires: duration(config.get<string>('JWT_TTL', '15m'), 'JWT_TTL'),
      }),
    }),
  ],
  controllers: [LogInController, AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
