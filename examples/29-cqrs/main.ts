// The handler of a command knows the user, and its event carries the identity.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"product":"tea"}'
//   # {"product":"tea","owner":"alice"}
//   sleep 1
//   curl -s localhost:3000/audit
//   # ["alice: tea"]
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { JwtExtendedModule, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { audit, AuditHandler, PlaceOrder, PlaceOrderHandler } from './orders.handlers.js';

@Controller()
class OrdersController {
  constructor(
    private readonly tokens: TokenService,
    private readonly commands: CommandBus,
  ) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }

  @JwtRequired()
  @Post('orders')
  order(@Body('product') product: string) {
    return this.commands.execute(new PlaceOrder(product));
  }

  @Get('audit')
  audit() {
    return audit;
  }
}

@Module({
  imports: [
    CqrsModule.forRoot(),
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32), asyncContext: true }),
  ],
  controllers: [OrdersController],
  providers: [PlaceOrderHandler, AuditHandler],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
