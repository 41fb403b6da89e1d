// A stream of events ends when its token expires.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   STREAM=$(curl -s -X POST localhost:3000/events/token -H "Authorization: Bearer $TOKEN" | node -p 'JSON.parse(fs.readFileSync(0)).token')
//   curl -sN "localhost:3000/events?jwt=$STREAM" | grep -m1 data
//   # data: {"user":"alice","count":0}
//   curl -sN "localhost:3000/events?jwt=$STREAM" | grep data | tail -1
//   # data: {"status":"error","code":"JWT_EXPIRED","message":"Token has expired"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Header, Module, Post, Sse, type MessageEvent } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { interval, map, type Observable } from 'rxjs';

// #region controller
@Controller('events')
class EventsController {
  constructor(private readonly tokens: TokenService) {}

  // An EventSource sends no headers. So a page gets a token for the address of the stream, for seconds.
  @JwtRequired()
  @Header('Cache-Control', 'no-store')
  @Post('token')
  async token(@JwtIdentity() identity: string) {
    return { token: await this.tokens.createAccessToken(identity, { claims: { aud: 'events' }, expires: 3 }) };
  }

  @JwtRequired({
    locations: ['cookies', 'query_string'],
    // A token in an address can be in a log. So this route accepts only a token for the stream there.
    allow: ({ payload, location }) => location === 'cookies' || payload.aud === 'events',
  })
  @Sse()
  events(@JwtIdentity() user: string): Observable<MessageEvent> {
    return interval(100).pipe(map((count) => ({ data: { user, count } })));
  }
}
// #endregion

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

@Module({
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [EventsController, LogInController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
