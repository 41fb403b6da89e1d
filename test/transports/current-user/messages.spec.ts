import {
  Controller,
  Injectable,
  Scope,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type INestApplication,
  type INestMicroservice,
} from '@nestjs/common';
import {
  ClientProxyFactory,
  type ClientOptions,
  EventPattern,
  MessagePattern,
  Transport,
  type TcpOptions,
} from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { JwtContextService, JwtRequired, Public, type JwtTransport } from 'nestjs-jwt-extended';
import { defer, firstValueFrom, from, interval, mergeMap, take, toArray } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { shortDelay, userNames, WhoService } from '../../support/current-user.js';
import { forge } from '../../support/forge.js';
import { freePort } from '../../support/free-port.js';
import { jwtModule } from '../../support/jwt-app.js';
import { until } from '../../support/until.js';

/** Reads the token of the data of a message. */
const ofData = (type: string, index: number): JwtTransport => ({
  accepts: (context) => context.getType<string>() === type,
  requestOf: () => ({ headers: {} }),
  keyOf: (context: ArgumentsHost) => context.getArgByIndex<object>(index),
  tokenOf: (context: ArgumentsHost) => context.getArgByIndex<{ token?: string }>(index).token,
  refuse: ({ code }) => new Error(code),
});

/** The users that guards of the application saw. */
const seenByGuards = new Set<unknown>();

@Injectable()
class SeeingGuard implements CanActivate {
  constructor(private readonly jwt: JwtContextService) {}

  async canActivate(): Promise<boolean> {
    const { identity } = this.jwt;
    await shortDelay();
    seenByGuards.add(identity === this.jwt.identity ? identity : 'mixed');
    return true;
  }
}

@JwtRequired()
@UseGuards(SeeingGuard)
@WebSocketGateway()
class ChatGateway {
  constructor(
    private readonly service: WhoService,
    private readonly jwt: JwtContextService,
  ) {}

  @SubscribeMessage('who')
  async who(@MessageBody() { id }: { id: number }) {
    return { event: 'said', data: { id, who: await this.service.who() } };
  }

  @SubscribeMessage('later')
  later(@MessageBody() { id }: { id: number }) {
    return defer(() => interval(5)).pipe(
      take(2),
      mergeMap(async () => ({ event: 'said', data: { id, who: await this.service.who() } })),
    );
  }

  @Public()
  @SubscribeMessage('open')
  open(@MessageBody() { id }: { id: number }) {
    return { event: 'said', data: { id, who: this.jwt.identity } };
  }
}

const options = { asyncContext: true, transports: [ofData('ws', 1), ofData('rpc', 0)] };

interface Said {
  readonly id: number;
  readonly who: unknown;
}

const SOCKETS = [
  [
    'ws',
    (app: INestApplication) => app.useWebSocketAdapter(new WsAdapter(app)),
    async (url: string, onSaid: (said: Said) => void) => {
      const socket = new WebSocket(url.replace('http', 'ws'));
      socket.on('message', (text: Buffer) => onSaid((JSON.parse(text.toString()) as { data: Said }).data));
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const send = (event: string, data: object) => socket.send(JSON.stringify({ event, data }));
      return { send, close: () => socket.close() };
    },
  ],
  [
    'socket.io',
    (app: INestApplication) => app.useWebSocketAdapter(new IoAdapter(app)),
    async (url: string, onSaid: (said: Said) => void) => {
      const socket: Socket = io(url, { transports: ['websocket'], forceNew: true });
      socket.on('said', onSaid);
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      return { send: (event: string, data: object) => void socket.emit(event, data), close: () => socket.close() };
    },
  ],
] as const;

describe.each(SOCKETS)('JwtContextService in a gateway, %s', (_name, use, connect) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [jwtModule(options)],
      providers: [ChatGateway, WhoService],
    }).compile();
    app = module.createNestApplication({ logger: false });
    use(app);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  it('never shows one user to another: 200 messages of many users on one connection', async () => {
    const said: Said[] = [];
    seenByGuards.clear();
    const socket = await connect(url, (each) => said.push(each));
    const names = userNames(200);
    names.forEach((sub, id) => socket.send(id % 2 === 0 ? 'who' : 'later', { id, token: forge({ sub }) }));
    names.forEach((_sub, id) => socket.send('open', { id: 1000 + id }));
    await until(() => said.length === 100 + 200 + 200);
    socket.close();
    for (const { id, who } of said) expect(who).toBe(id < 1000 ? names[id] : null);
    expect([...seenByGuards].sort()).toEqual([null, ...names].sort());
  });
});

const lives: unknown[] = [];

@JwtRequired()
@WebSocketGateway()
class HandshakeGateway implements OnGatewayConnection, OnGatewayDisconnect {
  constructor(
    private readonly service: WhoService,
    private readonly jwt: JwtContextService,
  ) {}

  async handleConnection() {
    lives.push(['connection', await this.service.who()]);
  }

  handleDisconnect() {
    lives.push(['disconnect', this.jwt.identity]);
  }

  @SubscribeMessage('who')
  async who(@MessageBody() { id }: { id: number }) {
    return { event: 'said', data: { id, who: await this.service.who() } };
  }
}

describe('JwtContextService in a gateway that decides at the handshake', () => {
  it.each(['ws', 'socket.io'])('has the user of the connection, %s', async (name) => {
    lives.length = 0;
    const module = await Test.createTestingModule({
      imports: [jwtModule({ asyncContext: true })],
      providers: [HandshakeGateway, WhoService],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    app.useWebSocketAdapter(name === 'ws' ? new WsAdapter(app) : new IoAdapter(app));
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const names = userNames(20);
    const said: Said[] = [];
    const closers = await Promise.all(
      names.map(async (sub, id) => {
        const headers = { authorization: `Bearer ${forge({ sub })}` };
        if (name === 'ws') {
          const socket = new WebSocket(url.replace('http', 'ws'), { headers });
          socket.on('message', (text: Buffer) => said.push((JSON.parse(text.toString()) as { data: Said }).data));
          await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
          socket.send(JSON.stringify({ event: 'who', data: { id } }));
          return () => socket.close();
        }
        const socket = io(url, { transports: ['websocket'], forceNew: true, extraHeaders: headers });
        socket.on('said', (each: Said) => said.push(each));
        await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
        socket.emit('who', { id });
        return () => void socket.close();
      }),
    );
    await until(() => said.length === names.length);
    closers.forEach((close) => close());
    await until(() => lives.length === 2 * names.length);
    await app.close();
    for (const { id, who } of said) expect(who).toBe(names[id]);
    for (const kind of ['connection', 'disconnect']) {
      expect(lives).toEqual(expect.arrayContaining(names.map((each) => [kind, each])));
    }
  });
});

@Injectable({ scope: Scope.REQUEST })
class ScopedService {
  constructor(private readonly jwt: JwtContextService) {}

  async who() {
    await shortDelay();
    return this.jwt.identity;
  }
}

const events: unknown[] = [];

@JwtRequired()
@UseGuards(SeeingGuard)
@Controller()
class MessagesController {
  constructor(private readonly service: WhoService) {}

  @MessagePattern('who')
  who() {
    return this.service.who();
  }

  @MessagePattern('later')
  later() {
    return defer(() => interval(5)).pipe(
      take(2),
      mergeMap(() => from(this.service.who())),
    );
  }

  @EventPattern('happened')
  async happened(_data: unknown) {
    events.push(['first', await this.service.who()]);
  }
}

@JwtRequired()
@Controller()
class MoreController {
  constructor(private readonly service: WhoService) {}

  @EventPattern('happened')
  async happened(_data: unknown) {
    events.push(['second', await this.service.who()]);
  }
}

@JwtRequired()
@Controller()
class ScopedController {
  constructor(private readonly service: ScopedService) {}

  @MessagePattern('scoped')
  scoped() {
    return this.service.who();
  }
}

const metadata = {
  controllers: [MessagesController, MoreController, ScopedController],
  providers: [WhoService, ScopedService],
};

async function startAlone(server: TcpOptions): Promise<INestMicroservice> {
  const module = await Test.createTestingModule({ imports: [jwtModule(options)], ...metadata }).compile();
  const app = module.createNestMicroservice({ ...server, logger: false });
  await app.listen();
  return app;
}

async function startHybrid(server: TcpOptions): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [jwtModule(options)], ...metadata }).compile();
  const app = module.createNestApplication({ logger: false });
  app.connectMicroservice(server);
  await app.startAllMicroservices();
  await app.init();
  return app;
}

describe.each([
  ['a microservice', startAlone],
  ['a hybrid application', startHybrid],
])('JwtContextService in %s', (_name, start) => {
  let app: { close(): Promise<void> };
  let server: TcpOptions;
  beforeAll(async () => {
    server = { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } };
    app = await start(server);
  });
  afterAll(() => app.close());

  it('never shows one user to another: 200 messages of many users on one connection', async () => {
    seenByGuards.clear();
    const client = ClientProxyFactory.create(server as ClientOptions);
    const names = userNames(200);
    const calls = names.map((sub, id) =>
      firstValueFrom(
        client.send<unknown>(['who', 'later', 'scoped'][id % 3] as string, { token: forge({ sub }) }).pipe(toArray()),
      ),
    );
    const answers = await Promise.all(calls);
    client.close();
    expect(answers).toEqual(names.map((sub, id) => (id % 3 === 1 ? [sub, sub] : [sub])));
    expect([...seenByGuards].sort()).toEqual(names.filter((_sub, id) => id % 3 !== 2).sort());
  });

  it('is there in each of several handlers of one event', async () => {
    events.length = 0;
    const client = ClientProxyFactory.create(server as ClientOptions);
    await firstValueFrom(client.emit('happened', { token: forge({ sub: 'bob' }) }), { defaultValue: null });
    await until(() => events.length === 2);
    client.close();
    expect(events).toEqual(
      expect.arrayContaining([
        ['first', 'bob'],
        ['second', 'bob'],
      ]),
    );
  });
});
