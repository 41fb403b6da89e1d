import {
  type ArgumentsHost,
  Catch,
  Controller,
  Get,
  Injectable,
  UseFilters,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { ExpiredTokenException, JwtExtendedException } from 'nestjs-jwt-extended';
import { firstValueFrom, throwError, timeout } from 'rxjs';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.js';
import { jwtModule } from '../support/jwt-app.js';

const EXPIRED = { status: 'error', code: 'JWT_EXPIRED', message: 'Token has expired' };

function fail(how: string): never {
  if (how === 'unknown') throw new Error('an error of the application');
  throw new ExpiredTokenException();
}

@WebSocketGateway()
class OpenGateway {
  @SubscribeMessage('sync')
  sync(@MessageBody() data: string) {
    fail(data);
  }

  @SubscribeMessage('async')
  async async() {
    await Promise.resolve();
    fail('expired');
  }

  @SubscribeMessage('stream')
  stream() {
    return throwError(() => new ExpiredTokenException());
  }
}

@Catch(JwtExtendedException)
class OwnSocketFilter {
  catch({ code }: JwtExtendedException, host: ArgumentsHost) {
    const client = host.switchToWs().getClient<{ readyState?: unknown; send(text: string): void }>();
    const body = { own: code };
    if (typeof client.readyState === 'number') client.send(JSON.stringify({ event: 'own', data: body }));
    else (client as unknown as { emit(event: string, body: object): void }).emit('own', body);
  }
}

@UseFilters(OwnSocketFilter)
@WebSocketGateway()
class OwnGateway extends OpenGateway {}

@Controller()
class OpenController {
  @Get('http')
  http() {
    fail('expired');
  }

  @MessagePattern('sync')
  sync(data: string) {
    fail(data);
  }

  @MessagePattern('async')
  async async() {
    await Promise.resolve();
    fail('expired');
  }

  @MessagePattern('stream')
  stream() {
    return throwError(() => new ExpiredTokenException());
  }
}

@Catch(JwtExtendedException)
class OwnFilter {
  catch({ code }: JwtExtendedException) {
    return throwError(() => ({ own: code }));
  }
}

@UseFilters(OwnFilter)
@Controller()
class OwnController extends OpenController {}

/** The first answer to an event, of socket.io or ws. */
type Ask = (url: string, event: string, data?: string) => Promise<unknown[]>;

const overSocketIo: Ask = (url, event, data = 'expired') =>
  new Promise((resolve, reject) => {
    const socket = io(url, { transports: ['websocket'], forceNew: true });
    socket.on('connect_error', reject);
    socket.onAny((...answer: unknown[]) => {
      socket.close();
      resolve(answer);
    });
    socket.on('connect', () => socket.emit(event, data));
  });

const overWs: Ask = (url, event, data = 'expired') =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'));
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ event, data })));
    socket.once('message', (text: Buffer) => {
      const answer = JSON.parse(text.toString()) as { event: string; data: unknown };
      socket.close();
      resolve([answer.event, answer.data]);
    });
  });

const SOCKETS = [
  ['socket.io', IoAdapter, overSocketIo],
  ['ws', WsAdapter, overWs],
] as const;

async function listen(gateway: Type, Adapter: typeof IoAdapter | typeof WsAdapter): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [jwtModule()], providers: [gateway] }).compile();
  const app = module.createNestApplication({ logger: false });
  app.useWebSocketAdapter(new Adapter(app));
  return app.listen(0, '127.0.0.1').then(() => app);
}

describe.each(SOCKETS)('an exception of a handler of a gateway, over %s,', (_name, Adapter, ask) => {
  it.each(['sync', 'async', 'stream'])('is sent as the event "exception": %s', async (event) => {
    const app = await listen(OpenGateway, Adapter);
    try {
      expect(await ask(await app.getUrl(), event)).toEqual(['exception', EXPIRED]);
    } finally {
      await app.close();
    }
  });

  it('goes to the filter of the gateway', async () => {
    const app = await listen(OwnGateway, Adapter);
    try {
      expect(await ask(await app.getUrl(), 'sync')).toEqual(['own', { own: 'JWT_EXPIRED' }]);
    } finally {
      await app.close();
    }
  });
});

describe('an unknown error of a handler of a gateway', () => {
  it('has the answer of Nest', async () => {
    const app = await listen(OpenGateway, IoAdapter);
    try {
      const [, body] = await overSocketIo(await app.getUrl(), 'sync', 'unknown');
      expect(body).toMatchObject({ status: 'error', message: 'Internal server error' });
    } finally {
      await app.close();
    }
  });
});

async function tcp() {
  return { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: await freePort() } };
}

type Server = Awaited<ReturnType<typeof tcp>>;

async function answerOf(server: Server, pattern: string, data = 'expired'): Promise<unknown> {
  const client = ClientProxyFactory.create(server);
  try {
    return await firstValueFrom(client.send<unknown>(pattern, data).pipe(timeout(10_000))).catch(
      (error: unknown) => error,
    );
  } finally {
    await client.close();
  }
}

interface Served {
  readonly server: Server;
  readonly app: { close(): Promise<void> };
  readonly url?: string;
}

type Metadata = Parameters<typeof Test.createTestingModule>[0];

async function serveAlone(metadata: Metadata): Promise<Served> {
  const server = await tcp();
  const module = await Test.createTestingModule({ ...metadata, imports: [jwtModule()] }).compile();
  const app = module.createNestMicroservice({ ...server, logger: false });
  await app.listen();
  return { server, app };
}

const serveHybrid =
  (inheritAppConfig: boolean) =>
  async (metadata: Metadata): Promise<Served> => {
    const server = await tcp();
    const module = await Test.createTestingModule({ ...metadata, imports: [jwtModule()] }).compile();
    const app = module.createNestApplication({ logger: false });
    app.connectMicroservice(server, { inheritAppConfig });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    return { server, app, url: await app.getUrl() };
  };

const MICROSERVICES: [string, (metadata: Metadata) => Promise<Served>][] = [
  ['a microservice alone', serveAlone],
  ['a hybrid application', serveHybrid(false)],
  ['a hybrid application with inheritAppConfig', serveHybrid(true)],
];

describe.each(MICROSERVICES)('an exception of a handler of %s', (_name, serve) => {
  it.each(['sync', 'async', 'stream'])('reaches the caller: %s', async (pattern) => {
    const { app, server } = await serve({ controllers: [OpenController] });
    try {
      expect(await answerOf(server, pattern)).toEqual(EXPIRED);
    } finally {
      await app.close();
    }
  });

  it('goes to the filter of the class', async () => {
    const { app, server } = await serve({ controllers: [OwnController] });
    try {
      expect(await answerOf(server, 'sync')).toEqual({ own: 'JWT_EXPIRED' });
    } finally {
      await app.close();
    }
  });

  it('has the answer of Nest if the error is unknown', async () => {
    const { app, server } = await serve({ controllers: [OpenController] });
    try {
      expect(await answerOf(server, 'sync', 'unknown')).toEqual({ status: 'error', message: 'Internal server error' });
    } finally {
      await app.close();
    }
  });
});

describe('a global filter of the application', () => {
  @Injectable()
  @Catch(JwtExtendedException)
  class GlobalFilter extends OwnFilter {}

  it('answers the messages of a microservice alone', async () => {
    const providers = [{ provide: APP_FILTER, useClass: GlobalFilter }];
    const { app, server } = await serveAlone({ controllers: [OpenController], providers });
    try {
      expect(await answerOf(server, 'sync')).toEqual({ own: 'JWT_EXPIRED' });
    } finally {
      await app.close();
    }
  });

  @Injectable()
  @Catch(JwtExtendedException)
  class RequestFilter {
    catch({ code }: JwtExtendedException, host: ArgumentsHost) {
      host
        .switchToHttp()
        .getResponse<{ status(code: number): { json(body: object): void } }>()
        .status(418)
        .json({ code });
    }
  }

  it('answers the requests of a class that also handles messages, and not its messages', async () => {
    const providers = [{ provide: APP_FILTER, useClass: RequestFilter }];
    const { app, server, url } = await serveHybrid(false)({ controllers: [OpenController], providers });
    try {
      const response = await fetch(`${url}/http`);
      expect([response.status, await response.json()]).toEqual([418, { code: 'JWT_EXPIRED' }]);
      expect(await answerOf(server, 'sync')).toEqual(EXPIRED);
    } finally {
      await app.close();
    }
  });

  it('is not needed for the requests of a class that also handles messages', async () => {
    const { app, url } = await serveHybrid(false)({ controllers: [OpenController] });
    try {
      const response = await fetch(`${url}/http`);
      expect([response.status, response.headers.get('www-authenticate'), await response.json()]).toEqual([
        401,
        'Bearer error="invalid_token", error_description="Token has expired"',
        { msg: 'Token has expired' },
      ]);
    } finally {
      await app.close();
    }
  });
});
