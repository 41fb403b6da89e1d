// Each user has a limit of requests, and each address has a limit of attempts to log in.
//
//   TOKEN=$(curl -s localhost:3000/auth -H 'Content-Type: application/json' -d '{"username":"alice","password":"secret"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"orders":[1,2]}
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"orders":[1,2]}
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"orders":[1,2]}
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"statusCode":429,"message":"ThrottlerException: Too Many Requests"}
import { randomBytes } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { minutes, Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';
import { jwtTracker } from 'nestjs-jwt-extended/throttler';

@Controller()
class OrdersController {
  @JwtRequired()
  @Get('orders')
  orders() {
    return { orders: [1, 2] };
  }
}

// A real application looks the user up, and compares a hash of the password.
function authenticate(username: string, password: string) {
  const isKnown = ['alice', 'bob'].includes(username);
  return isKnown && password === 'secret' ? { id: username } : null;
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) }),
    // Three requests a minute are few, so that you see the limit. Each route counts on its own.
    ThrottlerModule.forRoot({ throttlers: [{ limit: 3, ttl: minutes(1) }], getTracker: jwtTracker }),
    JwtAuthModule.forRoot({
      authenticate,
      // The log-in has no user yet, so this limit is for each address.
      decorators: [Throttle({ default: { limit: 5, ttl: minutes(1) } })],
    }),
  ],
  controllers: [OrdersController],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
