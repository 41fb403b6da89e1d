// Redis stores the revoked tokens. It must run, at REDIS_URL or on its usual port.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"hello":"world"}
//   curl -s -X DELETE localhost:3000/logout -H "Authorization: Bearer $TOKEN"
//   # {"msg":"Logged out"}
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"msg":"Token has been revoked"}
// #region app
import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, Header, Module, Post, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Jwt, JwtExtendedModule, JwtRequired, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { createClient } from 'redis';

const client = createClient({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' });
// The client connects again by itself. Without a listener, its error event would end the process.
client.on('error', () => undefined);
await client.connect();

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
  @Delete('logout')
  async logOut(@Jwt() payload: JwtPayload) {
    await this.tokens.revoke(payload);
    return { msg: 'Logged out' };
  }

  @JwtRequired()
  @Get('protected')
  protected() {
    return { hello: 'world' };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // Redis deletes an entry when its token has expired.
      revocation: { store: new RedisRevocationStore({ client }) },
    }),
  ],
  controllers: [AppController],
})
class AppModule implements OnApplicationShutdown {
  // After the last request: until then, the store needs the client. An open client keeps the process alive.
  async onApplicationShutdown() {
    await client.close();
  }
}

export const app = await NestFactory.create(AppModule);
// A process that gets SIGTERM closes the application, and with it the client.
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000);
// #endregion
