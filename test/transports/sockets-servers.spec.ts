import { EventEmitter } from 'node:events';
import type { INestApplication, Type, WebSocketAdapter } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  authenticateSockets,
  getJwtContext,
  JwtConnections,
  JwtIdentity,
  JwtRequired,
  Public,
} from 'nestjs-jwt-extended';
import { WebSocketServer, type WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { forge } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { SocketApp, SOCKET_KINDS, withSockets, type SocketAppSetup } from '../support/sockets.js';
import { errorOf } from '../support/token-service.js';

const answer = (data: unknown) => ({ event: 'answer', data });
const connected: string[] = [];
beforeEach(() => {
  connected.length = 0;
});

/** A gateway whose name is in the list of connections. */
function gatewayOf(name: string, onClass: ClassDecorator, port: number, options: object): Type {
  @onClass
  @WebSocketGateway(port, options)
  class Gateway implements OnGatewayConnection {
    handleConnection(client: object) {
      connected.push(`${name} ${String(getJwtContext(client)?.identity)}`);
    }

    @SubscribeMessage('who')
    who() {
      return answer(name);
    }
  }
  return Gateway;
}

describe('the namespaces of socket.io', () => {
  it('have their own requirements', async () => {
    const providers = [
      gatewayOf('open', Public(), 0, {}),
      gatewayOf('chat', JwtRequired(), 0, { namespace: 'chat' }),
      gatewayOf('more chat', JwtRequired(), 0, { namespace: '/chat' }),
      gatewayOf('admin', JwtRequired({ scopes: 'admin' }), 0, { namespace: '/admin' }),
      gatewayOf('room', JwtRequired(), 0, { namespace: /^\/room-\d+$/ }),
      gatewayOf('function', JwtRequired(), 0, {
        namespace: (name: string, _auth: unknown, next: (error: null, isAccepted: boolean) => void) =>
          next(null, name.startsWith('/fn-')),
      }),
    ];
    await withSockets('socket.io', { providers }, async (app) => {
      await app.connect();
      expect(connected).toEqual(['open undefined']);
      for (const path of ['/chat', '/admin', '/room-1', '/fn-1']) {
        expect((await app.refusalOf({ path })).code).toBe('JWT_MISSING');
      }
      expect((await app.refusalOf({ path: '/admin', token: forge() })).code).toBe('JWT_INSUFFICIENT_SCOPE');
      expect(connected.splice(0)).toHaveLength(1);
      for (const path of ['/chat', '/admin', '/room-1', '/room-1', '/room-2', '/fn-1']) {
        await app.connect({ path, token: forge({ scope: 'admin' }) });
      }
      const names = ['chat', 'more chat', 'admin', 'room', 'room', 'room', 'function'];
      expect(connected).toEqual(names.map((name) => `${name} alice`));
      expect(app.nest.get(JwtConnections).count()).toBe(6);
    });
  });

  it('have a token each, on one connection', async () => {
    @JwtRequired()
    @WebSocketGateway({ namespace: 'one' })
    class OneGateway {
      @SubscribeMessage('who')
      who(@JwtIdentity() identity: string) {
        return answer(identity);
      }
    }
    @JwtRequired()
    @WebSocketGateway({ namespace: 'two' })
    class TwoGateway extends OneGateway {}
    await withSockets('socket.io', { providers: [OneGateway, TwoGateway] }, async (app) => {
      const { Manager } = await import('socket.io-client');
      const manager = new Manager(app.url, { transports: ['websocket'], reconnection: false });
      for (const [path, sub] of Object.entries({ '/one': 'alice', '/two': 'bob' })) {
        const socket = manager.socket(path, { auth: { token: forge({ sub, jti: sub }) } });
        const identity = new Promise((resolve) => socket.once('answer', resolve));
        socket.emit('who');
        expect(await identity).toBe(sub);
      }
      manager._close();
    });
  });
});

describe.each(SOCKET_KINDS)('the servers of gateways over %s', (kind) => {
  it('have their own requirements on each port and path', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const path = kind === 'ws' ? {} : { path: '/socket.io' };
    const providers = [
      gatewayOf('own port', JwtRequired(), one, { ...path }),
      gatewayOf('open port', Public(), two, { ...path }),
      gatewayOf('application', JwtRequired({ fresh: true }), 0, {}),
    ];
    await withSockets(kind, { providers }, async (app) => {
      await app.refusalOf({ port: one });
      await app.connect({ port: one, token: forge() });
      await app.connect({ port: two });
      await app.refusalOf({ token: forge() });
      await app.connect({ token: forge({ fresh: true }) });
      expect(connected).toEqual(['own port alice', 'open port undefined', 'application alice']);
    });
  });
});

it('has its own requirement on each path of ws', async () => {
  const providers = [
    gatewayOf('chat', JwtRequired(), 0, { path: '/chat' }),
    gatewayOf('feed', Public(), 0, { path: '/feed' }),
  ];
  await withSockets('ws', { providers }, async (app) => {
    await app.refusalOf({ path: '/chat' });
    await app.connect({ path: '/feed' });
    await app.connect({ path: '/chat', token: forge() });
    expect(connected).toEqual(['feed undefined', 'chat alice']);
  });
});

/** An adapter whose servers are unknown to the library: they emit `connection` and hide everything else. */
class HiddenAdapter extends WsAdapter {
  private readonly servers: WebSocketServer[] = [];

  override create(port: number) {
    const server = new WebSocketServer({ port });
    this.servers.push(server);
    const hidden = new EventEmitter();
    server.on('connection', (client: WebSocket, request: IncomingMessage) =>
      hidden.emit('connection', client, request),
    );
    return hidden;
  }

  override async close() {
    for (const server of this.servers) {
      server.clients.forEach((client) => client.terminate());
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

describe('an adapter that the library does not know', () => {
  const use = (wrap: (adapter: HiddenAdapter) => WebSocketAdapter): SocketAppSetup['useAdapter'] => {
    return (app: INestApplication) => void app.useWebSocketAdapter(wrap(new HiddenAdapter(app)));
  };

  it('stops the start if a gateway requires a token, with the cure', async () => {
    const providers = [gatewayOf('chat', JwtRequired(), await freePort(), {})];
    const useAdapter = use((adapter) => adapter);
    const error = await errorOf(() => SocketApp.start('ws', { providers, useAdapter }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('app.useWebSocketAdapter(authenticateSockets(new HiddenAdapter(app)))');
    expect(error?.message).toMatch(/^Gateway: the handshake requires a token/);
  });

  it('serves open gateways', async () => {
    const port = await freePort();
    const providers = [gatewayOf('chat', Public(), port, {})];
    await withSockets('ws', { providers, useAdapter: use((adapter) => adapter) }, async (app) => {
      const socket = await app.connect({ port });
      expect(await socket.ask('who')).toEqual(answer('chat'));
    });
  });

  it('is protected by authenticateSockets(): each message waits for the decision', async () => {
    const port = await freePort();
    const providers = [gatewayOf('chat', JwtRequired(), port, {})];
    const options = { verifyToken: async () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 50)) };
    await withSockets(
      'ws',
      { providers, options, useAdapter: use((adapter) => authenticateSockets(adapter)) },
      async (app) => {
        const socket = await app.connect({ port, token: forge() });
        expect(await socket.ask('who')).toEqual(answer('chat'));
        expect(connected).toEqual(['chat alice']);
        expect(app.nest.get(JwtConnections).count()).toBe(1);
        await app.nest.get(JwtConnections).close('alice');
        expect(await socket.ended).toEqual({ code: 4401, reason: 'JWT_REVOKED' });
        const refused = await app.connect({ port });
        refused.send('who');
        expect(await refused.ended).toEqual({ code: 4401, reason: 'JWT_MISSING' });
        expect([refused.received, connected]).toEqual([[], ['chat alice']]);
      },
    );
  });

  it('can have functions of its own for the request and the end', async () => {
    const port = await freePort();
    const providers = [gatewayOf('chat', JwtRequired(), port, {})];
    const ended: string[] = [];
    const wrap = (adapter: HiddenAdapter) =>
      authenticateSockets(adapter, {
        requestOf: (_client, request) => ({
          headers: { authorization: (request as IncomingMessage).headers['x-auth'] },
        }),
        end: (client, { code }) => {
          ended.push(code);
          (client as WebSocket).close(4000);
        },
      });
    await withSockets('ws', { providers, useAdapter: use(wrap) }, async (app) => {
      const socket = await app.connect({ port, headers: { 'x-auth': `Bearer ${forge()}` } });
      expect(await socket.ask('who')).toEqual(answer('chat'));
      expect((await (await app.connect({ port })).ended).code).toBe(4000);
      expect(ended).toEqual(['JWT_MISSING']);
    });
  });

  it('refuses unknown options, and functions that are none', () => {
    const adapter = new HiddenAdapter({});
    expect(() => authenticateSockets(adapter, { request: () => ({}) } as object)).toThrow('has no option "request"');
    expect(() => authenticateSockets(adapter, { end: 5 } as object)).toThrow('end must be a function');
  });
});

it('passes the clients of ws through authenticateSockets(), because the server decides itself', async () => {
  const useAdapter = (app: INestApplication) => void app.useWebSocketAdapter(authenticateSockets(new WsAdapter(app)));
  const providers = [gatewayOf('chat', JwtRequired(), 0, {})];
  await withSockets('ws', { providers, useAdapter }, async (app) => {
    expect((await app.refusalOf()).status).toBe(401);
    await app.connect({ token: forge() });
    expect(connected).toEqual(['chat alice']);
  });
});
