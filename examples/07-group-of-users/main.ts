// Only the administrators can use a route.
//
//   TOKEN=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/admin -H "Authorization: Bearer $TOKEN"
//   # {"administrator":"1"}
//   TOKEN=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"bob","password":"hidden"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/admin -H "Authorization: Bearer $TOKEN"
//   # {"msg":"Insufficient scope"}
// #region app
import { randomBytes } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

interface User {
  id: number;
  username: string;
  password: string;
  roles: string[];
}

// A real application compares the hash of the password.
const users: User[] = [
  { id: 1, username: 'alice', password: 'secret', roles: ['admin'] },
  { id: 2, username: 'bob', password: 'hidden', roles: [] },
];

@Controller()
class AppController {
  @JwtRequired({ roles: 'admin' })
  @Get('admin')
  admin(@JwtIdentity() identity: string) {
    return { administrator: identity };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      // The log-in writes the roles into the token. A changed role counts from the next log-in.
      additionalClaims: (user) => ({ roles: (user as User).roles }),
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
