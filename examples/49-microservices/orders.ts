import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { JwtExtendedModule, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';

// #region controller
@JwtRequired()
@Controller()
class OrdersController {
  @MessagePattern('orders.list')
  list(@JwtIdentity() identity: string) {
    return { owner: identity, orders: [1, 2] };
  }
}
// #endregion

/** The service of the orders. It accepts only tokens for the audience `orders`. */
export function startOrders(secret: string | Buffer, port: number): Promise<INestMicroservice> {
  // #region module
  @Module({
    imports: [JwtExtendedModule.forRoot({ secret, audience: { decode: 'orders' } })],
    controllers: [OrdersController],
  })
  class OrdersModule {}
  // #endregion

  const transport = { transport: Transport.TCP, options: { port } } as const;
  return NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, transport);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
