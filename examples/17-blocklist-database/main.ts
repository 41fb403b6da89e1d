// A table of the database stores the revoked tokens. Here it is SQLite, in memory.
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
import { readFileSync } from 'node:fs';
import { Body, Controller, Delete, Get, Header, Module, Post, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Jwt, JwtExtendedModule, JwtRequired, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import sqlite from 'node-sqlite3-wasm';

// PostgreSQL and MariaDB need another dialect and another function "query", and nothing else.
const db = new sqlite.Database(':memory:');
// In your project the file is in node_modules/nestjs-jwt-extended. Apply it with your other migrations.
db.exec(readFileSync('migrations/sqlite.sql', 'utf8'));

const store = new SqlRevocationStore({ dialect: 'sqlite', query: (sql, params) => db.all(sql, params) });

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
      revocation: { store },
    }),
  ],
  controllers: [AppController],
})
class AppModule implements OnApplicationShutdown {
  // After the last request: until then, the store needs the database.
  onApplicationShutdown() {
    db.close();
  }
}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
// #endregion
