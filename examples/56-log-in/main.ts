// The log-in of the package, with refresh, log-out and a list of the sessions.
//
//   PAIR=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}')
//   ACCESS=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
//   REFRESH=$(node -p 'JSON.parse(process.argv[1]).refresh_token' "$PAIR")
//   curl -s localhost:3000/auth/me -H "Authorization: Bearer $ACCESS"
//   # {"id":1,"username":"alice"}
//   curl -s -X POST localhost:3000/auth/logout -H "Authorization: Bearer $REFRESH"
//   # {"msg":"logout successful"}
//   curl -s localhost:3000/auth/me -H "Authorization: Bearer $ACCESS"
//   # {"msg":"Token has been revoked"}
//   curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"wrong"}'
//   # {"msg":"Bad username or password"}
// #region app
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

const hash = (password: string) => scryptSync(password, 'a salt for each user', 64);

interface User {
  id: number;
  username: string;
  hash: Buffer;
}

const users: User[] = [{ id: 1, username: 'alice', hash: hash('secret') }];

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      userLookup: ({ sub }) => users.find(({ id }) => String(id) === sub) ?? null,
      revocation: { store: new MemoryRevocationStore() },
    }),
    JwtAuthModule.forRoot({
      authenticate: (username, password) => {
        const found = users.find((user) => user.username === username);
        return found !== undefined && timingSafeEqual(found.hash, hash(password)) ? found : null;
      },
      refresh: true,
      routes: { refresh: true, logout: true, logoutEverywhere: true, sessions: true, me: true },
      // Name each member. The library refuses to send the whole user, which has the hash.
      profile: (user) => ({ id: user.id, username: user.username }),
    }),
  ],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
