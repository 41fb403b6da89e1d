// A service asks who is calling. No handler passes the user on.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"owner":"alice"}
//   curl -s localhost:3000/orders
//   # {"owner":null}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { OrdersService } from './orders.service.js';

@Controller()
class LogInController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}

@Controller()
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @JwtRequired({ optional: true })
  @Get('orders')
  list() {
    return this.orders.list();
  }
}

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      asyncContext: true,
    }),
  ],
  controllers: [OrdersController, LogInController],
  providers: [OrdersService],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
