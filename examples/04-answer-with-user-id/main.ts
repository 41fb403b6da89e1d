// The answer to a log-in also has the id of the user.
//
//   curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}'
//   # {"access_token":"eyJ…","user_id":1}
import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

// A real application compares the hash of the password.
const users = [{ id: 1, username: 'alice', password: 'secret' }];

@Module({
  imports: [
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
    JwtAuthModule.forRoot({
      authenticate: (username, password) =>
        users.find((user) => user.username === username && user.password === password) ?? null,
      // Name each member of the user. The library refuses to send the whole user, which has a password.
      response: (tokens, user) => ({ ...tokens, user_id: user.id }),
    }),
  ],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
