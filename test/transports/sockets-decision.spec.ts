import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  getJwtContext,
  JwtConnections,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
} from 'nestjs-jwt-extended';
import type { Server, Socket } from 'socket.io';
import { WebSocket } from 'ws';
import { forge } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { SOCKET_KINDS, withSockets, type SocketApp } from '../support/sockets.js';
import { until } from '../support/until.js';

const CLIENTS = 1000;
const answer = (data: unknown) => ({ event: 'answer', data });
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What happened, in this order: decisions about users, connections and messages. */
const events: string[] = [];
beforeEach(() => {
  events.length = 0;
});

@JwtRequired()
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  handleConnection(client: object) {
    events.push(`connected ${String(getJwtContext(client)?.identity)}`);
  }

  @SubscribeMessage('say')
  say(@JwtIdentity() identity: string) {
    events.push(`said ${identity}`);
    return answer(identity);
  }
}

/** A check that takes 50 ms. Each second user is unknown. */
const userLookup = async ({ sub = '' }: { sub?: string }) => {
  await wait(50);
  events.push(`decided ${sub}`);
  return Number(sub) % 2 === 0 ? { name: sub } : null;
};

const tokens = Array.from({ length: CLIENTS }, (_, index) => forge({ sub: String(index), jti: `id-${index}` }));

/** Each event of a client comes after the decision about it, and only if it was let in. */
function expectOrder(): void {
  const decided = new Set<string>();
  for (const event of events) {
    const [what, name = ''] = event.split(' ');
    if (what === 'decided') decided.add(name);
    else expect([event, decided.has(name), Number(name) % 2]).toEqual([event, true, 0]);
  }
}
const count = (what: string) => events.filter((event) => event.startsWith(what)).length;

/** The upgrade and a message in one write. The mask of the frame is zero. */
function sendAtOnce(url: string, token: string): TcpSocket {
  const text = Buffer.from(JSON.stringify({ event: 'say' }));
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  const head =
    'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  socket.on('data', () => undefined);
  socket.on('error', () => undefined);
  return socket;
}

/** The messages of socket.io for the namespace and an event, without waiting for an answer. */
function sendToIoAtOnce(url: string, token: string): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('open', () => {
    socket.send(`40${JSON.stringify({ token })}`);
    socket.send('42["say",{}]');
  });
  socket.on('error', () => undefined);
  return socket;
}

describe('1,000 clients that send a message at once, with a check of 50 ms', () => {
  it('are decided about before a message is handled: ws', async () => {
    await withSockets('ws', { providers: [ChatGateway], options: { userLookup } }, async (app) => {
      const sockets = tokens.map((token) => sendAtOnce(app.url, token));
      await until(() => count('said') === CLIENTS / 2);
      await wait(100);
      expect([count('connected'), count('said')]).toEqual([CLIENTS / 2, CLIENTS / 2]);
      expectOrder();
      sockets.forEach((socket) => socket.destroy());
    });
  });

  it('are decided about before a message is handled: socket.io', async () => {
    await withSockets('socket.io', { providers: [ChatGateway], options: { userLookup } }, async (app) => {
      const dialed = await Promise.allSettled(tokens.map((token) => app.connect({ token })));
      const sockets = dialed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      await Promise.all(sockets.map((socket) => socket.ask('say')));
      expect([count('connected'), count('said')]).toEqual([CLIENTS / 2, CLIENTS / 2]);
      expectOrder();
    });
  });

  it('have no message handled if they do not wait for socket.io', async () => {
    await withSockets('socket.io', { providers: [ChatGateway], options: { userLookup } }, async (app) => {
      const sockets = tokens.map((token) => sendToIoAtOnce(app.url, token));
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      await wait(100);
      expect([count('connected'), count('said')]).toEqual([0, 0]);
    });
  });
});

describe.each(SOCKET_KINDS)('a handshake over %s', (kind) => {
  it('leaves nothing if the client goes during the check', async () => {
    await withSockets(kind, { providers: [ChatGateway], options: { userLookup } }, async (app) => {
      const leave = await (kind === 'ws' ? beginWs(app.url) : beginIo(app.url));
      await wait(25);
      leave();
      await wait(150);
      expect([count('connected'), count('said')]).toEqual([0, 0]);
      expect(app.nest.get(JwtConnections).count()).toBe(0);
    });
  });

  it('is refused with 503 while the store does not answer, and accepted later', async () => {
    const store = new MemoryRevocationStore();
    let isDown = true;
    const lookUp = store.lookUp.bind(store);
    store.lookUp = (...args) => {
      if (isDown) throw new Error('down');
      return lookUp(...args);
    };
    const options = { revocation: { store } };
    await withSockets(kind, { providers: [ChatGateway], options }, async (app) => {
      const refused = await app.refusalOf({ token: forge() });
      const message = 'Token revocation status is unavailable';
      if (kind === 'ws') {
        expect([refused.status, refused.data, refused.headers['retry-after']]).toEqual([503, { msg: message }, '1']);
      } else expect(refused.data).toEqual({ code: 'JWT_REVOCATION_UNAVAILABLE', message });
      expect(events).toEqual([]);
      isDown = false;
      await app.connect({ token: forge() });
      expect(events).toEqual(['connected alice']);
    });
  });

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => Promise.resolve().then(fail)],
  ])('is refused if a callback of the application %s, and the log has no token', async (_what, verifyToken) => {
    const logger = new RecordingLogger();
    const token = forge();
    lastToken = token;
    try {
      await withSockets(kind, { providers: [ChatGateway], options: { verifyToken } }, async (app) => {
        Logger.overrideLogger(logger);
        const refused = await app.refusalOf({ token });
        expect(JSON.stringify([refused.message, refused.data])).toContain('Internal server error');
        expect(JSON.stringify([refused.message, refused.data, refused.headers])).not.toContain('oops');
        if (kind === 'ws') expect(refused.status).toBe(500);
        expect(events).toEqual([]);
      });
    } finally {
      Logger.overrideLogger(false);
    }
    expect(logger.errors.join()).toContain('oops');
    expect([...logger.errors, ...logger.warnings].join()).not.toContain(token.split('.')[1]);
  });

  it('is decided by the guard that replaces JwtGuard in a test', async () => {
    let isAllowed = true;
    await withSockets(
      kind,
      {
        providers: [OpenGateway],
        customise: (builder) => builder.overrideProvider(JwtGuard).useValue({ canActivate: async () => isAllowed }),
      },
      async (app) => {
        await app.connect();
        expect(events).toEqual(['opened']);
        isAllowed = false;
        await app.refusalOf({ token: forge() });
        expect(events).toEqual(['opened']);
      },
    );
  });
});

/** Begins handshakes. Returns a function that cuts their connections. */
function beginWs(url: string): () => void {
  const sockets = tokens.slice(0, 20).map((token) => sendAtOnce(url, token));
  return () => sockets.forEach((socket) => socket.destroy());
}

async function beginIo(url: string): Promise<() => void> {
  const open = tokens.slice(0, 20).map(async (token) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => socket.once('open', resolve));
    return { socket, packet: `40${JSON.stringify({ token })}` };
  });
  const opened = await Promise.all(open);
  opened.forEach(({ socket, packet }) => socket.send(packet));
  return () => opened.forEach(({ socket }) => socket.terminate());
}

let lastToken = '';
function fail(): never {
  throw new Error(`oops ${lastToken}`);
}

@JwtRequired()
@WebSocketGateway()
class OpenGateway implements OnGatewayConnection {
  handleConnection() {
    events.push('opened');
  }
}

describe('what the application does at a handshake', () => {
  const ask = async (app: SocketApp, headers: Record<string, string>) => {
    try {
      await app.connect({ token: forge(), headers });
      return 'accepted';
    } catch (error) {
      return (error as { status?: number }).status ?? (error as Error).message;
    }
  };

  it.each([
    ['with one parameter', ({ req }: Info) => req.headers['x-tenant'] === 'ours'],
    [
      'with two parameters',
      ({ req }: Info, verdict: Verdict) => setTimeout(() => verdict(req.headers['x-tenant'] === 'ours', 418), 5),
    ],
  ])('goes on working: verifyClient %s', async (_what, verifyClient) => {
    @JwtRequired()
    @WebSocketGateway({ verifyClient } as object)
    class TenantGateway {}
    await withSockets('ws', { providers: [TenantGateway] }, async (app) => {
      expect(await ask(app, { 'x-tenant': 'ours' })).toBe('accepted');
      expect(await ask(app, { 'x-tenant': 'other' })).toBe(verifyClient.length === 2 ? 418 : 401);
      expect((await app.refusalOf({ headers: { 'x-tenant': 'ours' } })).status).toBe(401);
    });
  });

  it('goes on working: handleProtocols, which never sees the token', async () => {
    const seen: string[][] = [];
    const handleProtocols = (protocols: Set<string>) => {
      seen.push([...protocols]);
      return 'chat';
    };
    @JwtRequired()
    @WebSocketGateway({ handleProtocols } as object)
    class ProtocolGateway {}
    await withSockets('ws', { providers: [ProtocolGateway] }, async (app) => {
      const socket = await app.connect({ protocols: ['chat', 'bearer', forge()] });
      expect(socket.protocol).toBe('chat');
      expect(seen).toEqual([['chat', 'bearer']]);
    });
  });

  it('goes on working: middlewares of socket.io, which have the token', async () => {
    const seen: unknown[] = [];
    @JwtRequired()
    @WebSocketGateway()
    class MiddlewareGateway {
      afterInit(server: Server) {
        server.use((socket: Socket, next) => {
          seen.push(getJwtContext(socket)?.identity);
          next(socket.handshake.headers['x-tenant'] === 'ours' ? undefined : new Error('other tenant'));
        });
      }
    }
    await withSockets('socket.io', { providers: [MiddlewareGateway] }, async (app) => {
      expect(await ask(app, { 'x-tenant': 'ours' })).toBe('accepted');
      expect(await ask(app, { 'x-tenant': 'other' })).toBe('other tenant');
      expect((await app.refusalOf({ headers: { 'x-tenant': 'ours' } })).code).toBe('JWT_MISSING');
      expect(seen).toEqual(['alice', 'alice']);
    });
  });

  it('cannot skip the check by the recovery of a lost connection', async () => {
    @JwtRequired()
    @WebSocketGateway({ connectionStateRecovery: {} })
    class RecoveringGateway {}
    let isRejected = false;
    const options = { verifyToken: () => !isRejected };
    await withSockets('socket.io', { providers: [RecoveringGateway], options }, async (app) => {
      const { io } = await import('socket.io-client');
      const socket = io(app.url, { auth: { token: forge() }, transports: ['websocket'], reconnectionDelay: 10 });
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      isRejected = true;
      const refusal = new Promise((resolve) => socket.once('connect_error', resolve));
      socket.io.engine.close();
      expect(await refusal).toMatchObject({ data: { code: 'JWT_CLAIMS_REJECTED' } });
      socket.disconnect();
    });
  });
});

interface Info {
  readonly req: { readonly headers: Readonly<Record<string, unknown>> };
}
type Verdict = (accepted: boolean, status?: number) => void;

it.each([
  ['ws', (app: object) => new WsAdapter(app)],
  ['socket.io', (app: object) => new IoAdapter(app)],
] as const)('protects an adapter of %s that was used by an earlier application', async (kind, create) => {
  let adapter: ReturnType<typeof create> | undefined;
  for (const secret of ['0123456789abcdef0123456789abcdef', undefined]) {
    const useAdapter: NonNullable<Parameters<typeof withSockets>[1]['useAdapter']> = (app) => {
      const http = app.getHttpServer() as object;
      adapter ??= create(http);
      (adapter as unknown as { httpServer: object }).httpServer = http;
      app.useWebSocketAdapter(adapter);
    };
    const options = secret === undefined ? {} : { secret };
    await withSockets(kind, { providers: [ChatGateway], options, useAdapter }, async (app) => {
      if (secret === undefined) await app.connect({ token: forge() });
      else await app.refusalOf({ token: forge() });
    });
  }
  expect(events).toEqual(['connected alice']);
});
