// Users log in with their email address, in the key "email".
//
//   curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"email":"alice@example.com","password":"secret"}'
//   # {"access_token":"eyJ…"}
import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

// A real application compares the hash of the password.
const users = [{ id: 1, email: 'alice@example.com', password: 'secret' }];

@Module({
  imports: [
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
    JwtAuthModule.forRoot({
      usernameKey: 'email',
      // The first argument is the value of the key "email".
      authenticate: (email, password) =>
        users.find((user) => user.email === email && user.password === password) ?? null,
    }),
  ],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
