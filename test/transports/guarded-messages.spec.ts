import { tmpdir } from 'node:os';
import { Controller, Get, UseGuards, type ArgumentsHost, type INestApplication, type Type } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Transport, type TcpOptions } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { JwtGuard, JwtRequired, Public, type JwtTransport } from 'nestjs-jwt-extended';
import { firstValueFrom, timeout } from 'rxjs';
import { WebSocket } from 'ws';
import { forge } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { jwtModule, type JwtAppSetup } from '../support/jwt-app.js';

const none: ClassDecorator & MethodDecorator = () => undefined;

function gatewayOf(onClass: ClassDecorator, onMethod: MethodDecorator): Type {
  @onClass
  @WebSocketGateway()
  class ChatGateway {
    @onMethod
    @SubscribeMessage('say')
    say() {
      return SAID;
    }

    @Public()
    @SubscribeMessage('ping')
    ping() {
      return PONG;
    }
  }
  return ChatGateway;
}

function controllerOf(onClass: ClassDecorator, onMethod: MethodDecorator): Type {
  @onClass
  @Controller()
  class SumsController {
    @Public()
    @Get('open')
    open() {
      return {};
    }

    @onMethod
    @MessagePattern('sum')
    sum() {
      return 'secret';
    }
  }
  return SumsController;
}

/** Reads the token of the data of a message. */
const ofData = (type: string, index: number): JwtTransport => ({
  accepts: (context) => context.getType<string>() === type,
  requestOf: () => ({ headers: {} }),
  keyOf: (context: ArgumentsHost) => context.getArgByIndex<object>(index),
  tokenOf: (context: ArgumentsHost) => context.getArgByIndex<{ token?: string }>(index).token,
  refuse: ({ code }) => new Error(code),
});

type Options = JwtAppSetup['options'];

/** Every way in which a message can require a token. */
const PROTECTED: [string, ClassDecorator, MethodDecorator, Options][] = [
  ['@JwtRequired() on the method', none, JwtRequired(), {}],
  ['@JwtRequired() on the class', JwtRequired(), none, {}],
  ['@UseGuards(JwtGuard) on the method', none, UseGuards(JwtGuard), {}],
  ['@UseGuards(JwtGuard) on the class', UseGuards(JwtGuard), none, {}],
  ['requireByDefault', none, none, { requireByDefault: true }],
];

const moduleFor = (options: Options) => jwtModule({ transports: [ofData('ws', 1), ofData('rpc', 0)], ...options });

async function compile(metadata: JwtAppSetup, options: Options): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [moduleFor(options)], ...metadata }).compile();
  return module.createNestApplication({ logger: false });
}

/** The answers to a protected message, and to an open one that follows it. On Nest 11 `ws` gets no answer to a refused message. */
async function send(url: string, data: object): Promise<unknown[]> {
  const socket = new WebSocket(url);
  const answers: unknown[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => {
        socket.send(JSON.stringify({ event: 'say', data }));
        socket.send(JSON.stringify({ event: 'ping', data: {} }));
      });
      socket.on('message', (text: Buffer) => {
        const answer = JSON.parse(text.toString()) as { event: string };
        answers.push(answer);
        if (answer.event === 'pong') setTimeout(resolve, 50);
      });
    });
    return answers;
  } finally {
    socket.close();
  }
}

const PONG = { event: 'pong', data: 'open' };
const SAID = { event: 'said', data: 'secret' };

describe('a message of a gateway', () => {
  it.each(PROTECTED)('is refused without a token: %s', async (_name, onClass, onMethod, options) => {
    const app = await compile({ providers: [gatewayOf(onClass, onMethod)] }, options);
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    try {
      const url = (await app.getUrl()).replace('http', 'ws');
      const refused = await send(url, {});
      expect(refused).toContainEqual(PONG);
      expect(refused).not.toContainEqual(SAID);
      expect(await send(url, { token: forge() })).toEqual(expect.arrayContaining([SAID, PONG]));
    } finally {
      await app.close();
    }
  });

  it('is guarded in every working directory, because the library reads no file', async () => {
    const before = process.cwd();
    process.chdir(tmpdir());
    try {
      const app = await compile({ providers: [gatewayOf(JwtRequired(), none)] }, {});
      app.useWebSocketAdapter(new WsAdapter(app));
      await app.listen(0, '127.0.0.1');
      const url = (await app.getUrl()).replace('http', 'ws');
      expect(await send(url, {})).not.toContainEqual(SAID);
      await app.close();
    } finally {
      process.chdir(before);
    }
  });
});

/** Calls the handler of `sum`, as another service would. */
async function sums(port: number, messages: object[]): Promise<unknown[]> {
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  try {
    const calls = messages.map((data) => firstValueFrom(client.send<unknown>('sum', data).pipe(timeout(10_000))));
    const settled = await Promise.allSettled(calls);
    return settled.map((result) => (result.status === 'fulfilled' ? result.value : result));
  } finally {
    await client.close();
  }
}

async function optionsOfServer(): Promise<TcpOptions> {
  return { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } };
}

const REFUSED = { status: 'rejected', reason: expect.not.objectContaining({ name: 'TimeoutError' }) as unknown };

describe.each([false, true])('a message of a hybrid application, inheritAppConfig %p,', (inheritAppConfig) => {
  it.each(PROTECTED)('is refused without a token: %s', async (_name, onClass, onMethod, options) => {
    const app = await compile({ controllers: [controllerOf(onClass, onMethod)] }, options);
    const server = await optionsOfServer();
    app.connectMicroservice(server, { inheritAppConfig });
    await app.startAllMicroservices();
    await app.init();
    try {
      const answers = await sums(server.options?.port as number, [{}, { token: forge() }]);
      expect(answers).toEqual([REFUSED, 'secret']);
    } finally {
      await app.close();
    }
  });
});

describe('a message of a microservice', () => {
  it.each(PROTECTED)('is refused without a token: %s', async (_name, onClass, onMethod, options) => {
    const module = await Test.createTestingModule({
      imports: [moduleFor(options)],
      controllers: [controllerOf(onClass, onMethod)],
    }).compile();
    const server = await optionsOfServer();
    const app = module.createNestMicroservice({ ...server, logger: false });
    await app.listen();
    try {
      expect(await sums(server.options?.port as number, [{}, { token: forge() }])).toEqual([REFUSED, 'secret']);
    } finally {
      await app.close();
    }
  });
});
