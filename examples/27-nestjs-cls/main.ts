// A queue restores the store of nestjs-cls, and with it the current user.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/queued -H "Authorization: Bearer $TOKEN"
//   # {"ran_for":"alice"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClsModule, ClsService } from 'nestjs-cls';
import { JwtContextService, JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';

/** Work that a timer starts, outside of every request. */
const queue: (() => void)[] = [];
setInterval(() => queue.splice(0).forEach((work) => work()), 10).unref();

@Controller()
class AppController {
  constructor(
    private readonly tokens: TokenService,
    private readonly jwt: JwtContextService,
    private readonly cls: ClsService,
  ) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired()
  @Get('queued')
  queued() {
    const store = this.cls.get();
    return new Promise((resolve) => {
      queue.push(() => this.cls.runWith(store, () => resolve({ ran_for: this.jwt.identity })));
    });
  }
}

// #region module
@Module({
  imports: [
    ClsModule.forRoot({ global: true, middleware: { mount: true } }),
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32), asyncContext: true }),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
