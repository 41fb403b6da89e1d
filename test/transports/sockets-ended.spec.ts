import {
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import {
  JwtConnections,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import type { Server, ServerOptions } from 'socket.io';
import { forge, nowInSeconds, readToken } from '../support/forge.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { SocketApp, SOCKET_KINDS, withSockets, type SocketKind, type TestSocket } from '../support/sockets.js';
import { until } from '../support/until.js';

const answer = (data: unknown) => ({ event: 'answer', data });
let disconnected = 0;
let lastClient: object = {};

@JwtRequired()
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection, OnGatewayDisconnect {
  handleConnection(client: object) {
    lastClient = client;
  }

  handleDisconnect() {
    disconnected++;
  }

  @SubscribeMessage('who')
  who(@JwtIdentity() identity: string) {
    return answer(identity);
  }
}

/** Waits for the end of a connection, and checks that the client knows why. */
async function expectEnd(kind: SocketKind, socket: TestSocket, code: string, message: string): Promise<void> {
  const { code: closeCode, reason } = await socket.ended;
  if (kind === 'ws') {
    expect([closeCode, reason]).toEqual([4401, code]);
    expect(socket.received).toEqual([]);
  } else {
    expect(reason).toBe('io server disconnect');
    expect(socket.received).toEqual([{ event: 'exception', data: { status: 'error', code, message } }]);
  }
}

const connections = (app: SocketApp) => app.nest.get(JwtConnections).count();

describe.each(SOCKET_KINDS)('a connection over %s', (kind) => {
  const store = new MemoryRevocationStore();
  let app: SocketApp;
  let tokens: TokenService;
  beforeAll(async () => {
    const options: JwtExtendedOptions = { revocation: { store } };
    app = await SocketApp.start(kind, { providers: [ChatGateway], options });
    tokens = app.nest.get(TokenService);
  });
  afterAll(() => app.stop());
  afterEach(() => until(() => connections(app) === 0));

  it('ends when its token expires', async () => {
    const socket = await app.connect({ token: forge({ exp: nowInSeconds() + 2 }) });
    expect(connections(app)).toBe(1);
    await expectEnd(kind, socket, 'JWT_EXPIRED', 'Token has expired');
  });

  it('ends when its session ends, and other sessions stay', async () => {
    const [one, two] = await Promise.all([tokens.createTokenPair('alice'), tokens.createTokenPair('alice')]);
    const ended = await app.connect({ token: one.accessToken });
    const other = await app.connect({ token: two.accessToken });
    const before = disconnected;
    await tokens.revoke(one.refreshToken);
    await expectEnd(kind, ended, 'JWT_REVOKED', 'Token has been revoked');
    await until(() => disconnected === before + 1);
    expect(await other.ask('who')).toEqual(answer('alice'));
    other.close();
  });

  it('ends when its token is revoked, or all of its user', async () => {
    const { accessToken } = await tokens.createTokenPair('alice');
    const socket = await app.connect({ token: accessToken });
    await tokens.revoke(accessToken);
    await expectEnd(kind, socket, 'JWT_REVOKED', 'Token has been revoked');
    const pair = await tokens.createTokenPair('bob');
    const another = await app.connect({ token: pair.accessToken });
    await tokens.revokeAllFor('bob');
    await expectEnd(kind, another, 'JWT_REVOKED', 'Token has been revoked');
  });

  it('lives on with a new token', async () => {
    const { accessToken, refreshToken } = await tokens.createTokenPair('alice');
    const socket = await app.connect({ token: accessToken });
    const rotated = await tokens.rotate(refreshToken);
    await app.nest.get(JwtConnections).renew(lastClient, rotated.accessToken);
    await tokens.revoke(accessToken);
    expect(await socket.ask('who')).toEqual(answer('alice'));
    await tokens.revoke(rotated.accessToken);
    expect(await socket.ended).toBeDefined();
  });

  it('leaves nothing when the client goes', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => app.connect({ token: forge() })));
    expect(connections(app)).toBe(20);
    sockets.forEach((socket) => socket.close());
  });
});

describe('a connection of socket.io with several namespaces', () => {
  it('loses only the namespace whose token has ended', async () => {
    @JwtRequired()
    @WebSocketGateway({ namespace: 'short' })
    class ShortGateway {}
    @JwtRequired()
    @WebSocketGateway({ namespace: 'long' })
    class LongGateway {
      @SubscribeMessage('who')
      who(@JwtIdentity() identity: string) {
        return answer(identity);
      }
    }
    await withSockets('socket.io', { providers: [ShortGateway, LongGateway] }, async (app) => {
      const { Manager } = await import('socket.io-client');
      const manager = new Manager(app.url, { transports: ['websocket'], reconnection: false });
      const short = manager.socket('/short', { auth: { token: forge({ exp: nowInSeconds() + 2 }) } });
      const long = manager.socket('/long', { auth: { token: forge({ jti: 'another-id' }) } });
      const reason = await new Promise((resolve, reject) => {
        short.once('disconnect', resolve);
        short.once('connect_error', reject);
      });
      expect(reason).toBe('io server disconnect');
      const identity = new Promise((resolve) => long.once('answer', resolve));
      long.emit('who');
      expect(await identity).toBe('alice');
      long.disconnect();
    });
  });
});

describe('a client of ws that does not answer the close frame', () => {
  it('is cut off after a second', async () => {
    await withSockets('ws', { providers: [ChatGateway] }, async (app) => {
      const { connect } = await import('node:net');
      const raw = connect(Number(new URL(app.url).port), '127.0.0.1');
      raw.write(
        'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${forge({ exp: nowInSeconds() + 2 })}\r\n\r\n`,
      );
      raw.on('data', () => undefined);
      await until(() => connections(app) === 1);
      await new Promise((resolve) => raw.once('close', resolve));
      expect(connections(app)).toBe(0);
    });
  });
});

/** As in Nest's documentation. */
class RedisIoAdapter extends IoAdapter {
  adapterOfServer: ReturnType<typeof createAdapter> | null = null;

  override createIOServer(port: number, options?: ServerOptions): Server {
    const server = super.createIOServer(port, options);
    if (this.adapterOfServer !== null) server.adapter(this.adapterOfServer);
    return server;
  }
}

@JwtRequired()
@WebSocketGateway({ namespace: /^\/room-\d+$/ })
class RoomGateway {}

describeWithRedis('two servers of socket.io with its Redis adapter', () => {
  let redis: RedisServer;
  const clients: Redis[] = [];
  const apps: SocketApp[] = [];
  // One store for both, without a feed. So the second server can learn of an end from socket.io alone.
  const store = new MemoryRevocationStore();
  beforeAll(async () => {
    redis = await RedisServer.start();
    for (let count = 0; count < 2; count++) {
      const [pub, sub] = [new Redis(redis.url), new Redis(redis.url)];
      clients.push(pub, sub);
      const useAdapter = (app: INestApplication) => {
        const adapter = new RedisIoAdapter(app);
        adapter.adapterOfServer = createAdapter(pub, sub);
        app.useWebSocketAdapter(adapter);
      };
      const options = { revocation: { store } };
      apps.push(await SocketApp.start('socket.io', { providers: [ChatGateway, RoomGateway], options, useAdapter }));
    }
  });
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await Promise.all(clients.map((client) => client.quit()));
    await redis.stop();
  });

  it.each(['/', '/room-5'])('end a session and a user in both, in the namespace %s', async (path) => {
    const [here, there] = apps as [SocketApp, SocketApp];
    const tokens = here.nest.get(TokenService);
    const [one, two] = await Promise.all([tokens.createTokenPair('alice'), tokens.createTokenPair('alice')]);
    const socket = await there.connect({ token: one.accessToken, path });
    const other = await there.connect({ token: two.accessToken, path });
    const { sid } = readToken(one.accessToken).claims;
    await here.nest.get(JwtConnections).close({ sid });
    await expectEnd('socket.io', socket, 'JWT_REVOKED', 'Token has been revoked');
    expect(there.nest.get(JwtConnections).count()).toBe(1);
    await tokens.revokeAllFor('alice');
    await expectEnd('socket.io', other, 'JWT_REVOKED', 'Token has been revoked');
  });

  it('keep the session that revokeAllFor() excepts', async () => {
    const [here, there] = apps as [SocketApp, SocketApp];
    const tokens = here.nest.get(TokenService);
    const [one, two] = await Promise.all([tokens.createTokenPair('bob'), tokens.createTokenPair('bob')]);
    const kept = await there.connect({ token: one.accessToken });
    const ended = await there.connect({ token: two.accessToken });
    await tokens.revokeAllFor('bob', { exceptSession: String(readToken(one.accessToken).claims.sid) });
    await expectEnd('socket.io', ended, 'JWT_REVOKED', 'Token has been revoked');
    expect(await kept.ask('who')).toEqual(answer('bob'));
  });
});
