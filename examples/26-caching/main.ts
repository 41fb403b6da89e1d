// The cache has one answer for each user.
//
//   ALICE=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   BOB=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"bob"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/report -H "Authorization: Bearer $ALICE"
//   # {"owner":"alice","computed":1}
//   curl -s localhost:3000/report -H "Authorization: Bearer $ALICE"
//   # {"owner":"alice","computed":1}
//   curl -s localhost:3000/report -H "Authorization: Bearer $BOB"
//   # {"owner":"bob","computed":2}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post, UseInterceptors } from '@nestjs/common';
import { CacheModule, CacheTTL } from '@nestjs/cache-manager';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';

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

let computed = 0;

// #region controller
@UseInterceptors(JwtCacheInterceptor)
@JwtRequired()
@Controller('report')
class ReportController {
  @CacheTTL(60_000)
  @Get()
  report(@JwtIdentity() owner: string) {
    return { owner, computed: ++computed };
  }
}
// #endregion

@Module({
  imports: [
    CacheModule.register(),
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
  ],
  controllers: [LogInController, ReportController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
