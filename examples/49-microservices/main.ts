// An application calls a microservice with a token that only this service accepts.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   curl -s localhost:3000/orders -H "Authorization: Bearer $TOKEN"
//   # {"owner":"alice","orders":[1,2]}
//   curl -s localhost:3000/orders-with-my-token -H "Authorization: Bearer $TOKEN"
//   # {"refused":"JWT_INVALID"}
import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, Inject, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, Transport, type ClientProxy } from '@nestjs/microservices';
import { JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { catchError, of } from 'rxjs';
import { freePort, startOrders } from './orders.js';

// Both processes know the secret. With a key pair, the service of the orders needs the public key only.
const secret = process.env.JWT_SECRET_KEY ?? randomBytes(32);
const port = await freePort();
const orders = await startOrders(secret, port);
await orders.listen();

// #region controller
@Controller()
class ShopController {
  constructor(
    @Inject('ORDERS') private readonly orders: ClientProxy,
    private readonly tokens: TokenService,
  ) {}

  @JwtRequired()
  @Get('orders')
  async list(@JwtIdentity() identity: string) {
    // For 30 seconds, and for this service only: brokers and their logs can store tokens.
    const token = await this.tokens.createAccessToken(identity, { expires: 30, claims: { aud: 'orders' } });
    return withToken(this.orders, token).send<object>('orders.list', {});
  }

  // The token of the user is for the shop. The service of the orders refuses it.
  @JwtRequired()
  @Get('orders-with-my-token')
  async refused(@JwtIdentity() identity: string) {
    const token = await this.tokens.createAccessToken(identity);
    const answer = withToken(this.orders, token).send<object>('orders.list', {});
    return answer.pipe(catchError(({ code }: { code: string }) => of({ refused: code })));
  }

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}
// #endregion

// #region module
@Module({
  imports: [
    JwtExtendedModule.forRoot({ secret, audience: 'shop' }),
    ClientsModule.register([{ name: 'ORDERS', transport: Transport.TCP, options: { port } }]),
  ],
  controllers: [ShopController],
})
class ShopModule {
  onApplicationShutdown() {
    return orders.close();
  }
}
// #endregion

export const app = await NestFactory.create(ShopModule);
await app.listen(process.env.PORT ?? 3000);
