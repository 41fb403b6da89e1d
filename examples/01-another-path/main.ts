// The log-in has another path than /auth.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/protected -H "Authorization: Bearer $TOKEN"
//   # {"identity":"1"}
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
    // Set the same secret in every process. Without one, the tokens end with this process.
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
    JwtAuthModule.forRoot({
      path: 'login',
      authenticate: (username, password) =>
        users.find((user) => user.username === username && user.password === password) ?? null,
    }),
  ],
  controllers: [AppController],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
