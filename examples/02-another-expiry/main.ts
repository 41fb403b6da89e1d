// The access token of a log-in lives for 30 minutes.
//
//   TOKEN=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/lifetime -H "Authorization: Bearer $TOKEN"
//   # {"seconds":1800}
import { randomBytes } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Jwt, JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

// A real application compares the hash of the password.
const users = [{ id: 1, username: 'alice', password: 'secret' }];

@Controller()
class AppController {
  @JwtRequired()
  @Get('lifetime')
  lifetime(@Jwt('iat') issued: number, @Jwt('exp') expires: number) {
    return { seconds: expires - issued };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // Also possible: 1800 (seconds) and { minutes: 30 }.
      accessTokenExpires: '30m',
    }),
    JwtAuthModule.forRoot({
      authenticate: (username, password) =>
        users.find((user) => user.username === username && user.password === password) ?? null,
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
