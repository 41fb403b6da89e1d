// A handler gets the user of the token, which the library looks up for each request.
//
//   TOKEN=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/profile -H "Authorization: Bearer $TOKEN"
//   # {"username":"alice","city":"Paris"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentUser, JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

interface User {
  id: number;
  username: string;
  password: string;
  city: string;
}

// A real application compares the hash of the password.
const users: User[] = [{ id: 1, username: 'alice', password: 'secret', city: 'Paris' }];

@Controller()
class AppController {
  @JwtRequired()
  @Get('profile')
  profile(@CurrentUser() user: User) {
    return { username: user.username, city: user.city };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // null refuses the token: its user does not exist any more.
      userLookup: ({ sub }) => users.find((user) => String(user.id) === sub) ?? null,
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
