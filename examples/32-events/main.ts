// The application counts refused requests, and notices a refresh token that is used twice.
//
//   REFRESH=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).refresh_token')
//   curl -s localhost:3000/orders
//   # {"msg":"Missing Authorization Header"}
//   curl -s -o first.json -X POST localhost:3000/auth/refresh -H "Authorization: Bearer $REFRESH"
//   curl -s -X POST localhost:3000/auth/refresh -H "Authorization: Bearer $REFRESH"
//   # {"msg":"Token has been revoked"}
//   curl -s localhost:3000/alarms
//   # {"refused":{"JWT_MISSING":1,"JWT_REVOKED":1},"alarms":["A refresh token of alice was used twice."]}
import { randomBytes } from 'node:crypto';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtEvents, JwtExtendedModule, JwtRequired, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';

// #region listener
@Injectable()
class SecurityLog {
  readonly refused: Record<string, number> = {};
  readonly alarms: string[] = [];

  constructor(events: JwtEvents) {
    events.on('refused', ({ code }) => {
      this.refused[code] = (this.refused[code] ?? 0) + 1;
    });
    events.on('reused', ({ identity }) => {
      this.alarms.push(`A refresh token of ${String(identity)} was used twice.`);
    });
  }
}
// #endregion

@Controller()
class AppController {
  constructor(private readonly log: SecurityLog) {}

  @JwtRequired()
  @Get('orders')
  orders() {
    return { orders: [1, 2] };
  }

  @Get('alarms')
  alarms() {
    return { refused: this.log.refused, alarms: this.log.alarms };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      revocation: { store: new MemoryRevocationStore() },
      // Without this, a second use within ten seconds gets the same tokens: it can be a retry.
      rotation: { grace: 0 },
    }),
    JwtAuthModule.forRoot({
      // A real application looks the user up, and compares a hash of the password.
      authenticate: (username, password) => (password === 'secret' ? { id: username } : null),
      refresh: true,
      routes: { refresh: true },
    }),
  ],
  controllers: [AppController],
  providers: [SecurityLog],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
