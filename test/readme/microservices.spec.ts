import {
  Logger,
  Module,
  type DynamicModule,
  type INestApplication,
  type INestMicroservice,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { TokenService } from 'nestjs-jwt-extended';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http-client.js';
import { ExampleProject } from '../docs/example-project.js';
import { readPage } from '../docs/page.js';

process.env.JWT_SECRET_KEY = '0123456789abcdef0123456789abcdef';
Logger.overrideLogger(false);

const project = new ExampleProject(readPage('README.md').blocks);
const { OrdersController } = (await import(project.path('src/orders.controller.ts'))) as { OrdersController: Type };
const { ShopController } = (await import(project.path('src/shop.controller.ts'))) as { ShopController: Type };
const { shop, orders } = (await import(project.path('src/audiences.ts'))) as Record<'shop' | 'orders', DynamicModule>;

describe('the example of microservices', () => {
  let [app, service]: [INestApplication | null, INestMicroservice | null] = [null, null];
  let url = '';

  beforeAll(async () => {
    const server = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: await freePort() } };

    @Module({ imports: [orders], controllers: [OrdersController] })
    class OrdersModule {}
    service = await NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, { ...server, logger: false });
    await service.listen();

    @Module({
      imports: [shop, ClientsModule.register([{ name: 'ORDERS', ...server }])],
      controllers: [ShopController],
    })
    class ShopModule {}
    app = await NestFactory.create(ShopModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app?.close();
    await service?.close();
    project.remove();
  });

  const tokens = () => (app as INestApplication).get(TokenService);

  it('sends the identity of the user to the service', async () => {
    const token = await tokens().createAccessToken('alice');
    expect(await send('GET', `${url}/shop/orders`, { token })).toMatchObject({ status: 200, body: { owner: 'alice' } });
  });

  it('does not accept the token for the service as one of a user', async () => {
    const token = await tokens().createAccessToken('alice', { expires: 30, claims: { aud: 'orders' } });
    expect(await send('GET', `${url}/shop/orders`, { token })).toMatchObject({
      status: 422,
      body: { msg: "Audience doesn't match" },
    });
  });

  it('does not accept the token of a user in the service', async () => {
    const [ofUser, forOrders] = await Promise.all([
      tokens().createAccessToken('alice'),
      tokens().createAccessToken('alice', { claims: { aud: 'orders' } }),
    ]);
    const verifier = (service as INestMicroservice).get(TokenService);
    await expect(verifier.verify(ofUser)).rejects.toThrow("Audience doesn't match");
    expect((await verifier.verify(forOrders)).payload.sub).toBe('alice');
  });
});
