// A refused log-in and a refused token have an error body of the application.
//
//   curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"wrong"}'
//   # {"error":"Bad username or password","code":"JWT_BAD_CREDENTIALS"}
//   curl -s localhost:3000/protected
//   # {"error":"Missing Authorization Header","code":"JWT_MISSING"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

// A real application compares the hash of the password.
const users = [{ id: 1, username: 'alice', password: 'secret' }];

@Controller()
class AppController {
  @JwtRequired()
  @Get('protected')
  protected(@JwtIdentity() identity: string) {
    return { identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // The body of every refusal. The status stays the same. A client compares the code, not the text.
      errorFormat: (error) => ({ error: error.message, code: error.code }),
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
// #endregion
