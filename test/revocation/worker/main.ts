import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { ConnectionController } from './connection.controller.js';
import { SessionController } from './session.controller.js';
import { storeOf } from './stores.js';
import type { WorkerMessage, WorkerSettings } from './worker-settings.js';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const { timeout, local, rotation, connections, lookUpPause = 0 } = settings;
const store = await storeOf(settings);

@Module({
  imports: [
    JwtExtendedModule.forRoot({
      secret: process.env.WORKER_SECRET,
      revocation: { store, timeout, local },
      rotation,
      connections,
      userLookup: async ({ sub }) => {
        if (lookUpPause > 0) await sleep(Math.random() * lookUpPause);
        return { name: sub };
      },
    }),
  ],
  controllers: [SessionController, ConnectionController],
  providers: settings.sockets === undefined ? [] : [(await import('./session.gateway.js')).SessionGateway],
})
class AppModule {}

const ADAPTERS = {
  express: async () => new (await import('@nestjs/platform-express')).ExpressAdapter(),
  fastify: async () => new (await import('@nestjs/platform-fastify')).FastifyAdapter(),
};

const SOCKET_ADAPTERS = {
  'socket.io': async (of: INestApplication) => new (await import('@nestjs/platform-socket.io')).IoAdapter(of),
  ws: async (of: INestApplication) => new (await import('@nestjs/platform-ws')).WsAdapter(of),
};

const app = await NestFactory.create(AppModule, await ADAPTERS[settings.adapter](), {
  logger: new ConsoleLogger({ colors: false, logLevels: ['log', 'warn', 'error'] }),
});
if (settings.sockets !== undefined) app.useWebSocketAdapter(await SOCKET_ADAPTERS[settings.sockets](app));
// Longer than the wait of any test, so that the server closes no connection at the moment of its next use.
app.getHttpServer().keepAliveTimeout = 120_000;
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => process.exit());
process.send?.({ url: await app.getUrl() } satisfies WorkerMessage);
