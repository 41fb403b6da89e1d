// The log of nestjs-pino has every request, and no token.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s "localhost:3000/protected?jwt=$TOKEN"
//   # {"logged_in_as":"alice"}
//   curl -s localhost:3000/last-line
//   # {"url":"/protected?jwt=[Redacted]","query":{"jwt":"[Redacted]"}}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { jwtRedact } from 'nestjs-jwt-extended/pino';

/** A real application writes its log to the standard output. Here you can read the last line by a request. */
const log = {
  lastLine: '{}',
  write(line: string) {
    this.lastLine = line;
  },
};

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
  protected(@JwtIdentity() identity: string) {
    return { logged_in_as: identity };
  }

  @Get('last-line')
  lastLine() {
    const { req } = JSON.parse(log.lastLine) as { req: { url: string; query: object } };
    return { url: req.url, query: req.query };
  }
}

// #region module
// `log` is the stream of this example. Without it, pino writes to the standard output.
@Module({
  imports: [
    LoggerModule.forRoot({ pinoHttp: [{ redact: jwtRedact() }, log] }),
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      tokenLocation: ['headers', 'query_string'],
    }),
  ],
  controllers: [AppController],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
