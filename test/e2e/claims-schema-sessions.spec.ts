import { CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Req, UseInterceptors } from '@nestjs/common';
import { MessagePattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Jwt,
  JwtContextService,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';
import { z } from 'zod';
import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds, readToken } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';
import { logInModule, PASSWORD } from '../support/log-in-app.js';
import { SocketApp, SOCKET_SERVERS } from '../support/sockets.js';
import { clientOf } from '../support/transport-drivers/packets.js';
import { startMicroservice } from '../support/transport-drivers/microservice.js';
import { firstValueFrom } from 'rxjs';

/** It leaves out every claim that the library needs: `sub`, `sid`, `jti`, `exp`, `type`. */
const claims = z.object({ role: z.string() });
const role = { role: 'reader' };
const options = (): JwtExtendedOptions => ({ claims, revocation: { store: new MemoryRevocationStore() } });

let calls = 0;

@Controller()
class RoleController {
  constructor(private readonly current: JwtContextService) {}

  @JwtRequired()
  @Get('role')
  role(@Req() request: { user?: unknown }) {
    return { user: request.user, payload: this.current.payload, identity: this.current.identity };
  }

  @JwtRequired()
  @UseInterceptors(JwtCacheInterceptor)
  @Get('cached')
  cached() {
    return { call: ++calls };
  }
}

describe.each(ADAPTERS)('with a schema that leaves out the claims of the library, on %s', (adapter) => {
  describe('in requests', () => {
    const app = useJwtApp(adapter, {
      options: {
        ...options(),
        asyncContext: true,
        tokenLocation: ['headers', 'cookies'],
        implicitRefresh: { within: '30m' },
        accessTokenExpires: '1h',
      },
      imports: [CacheModule.register()],
      controllers: [RoleController],
    });

    it('request.user and JwtContextService have what the schema returns, and the identity is the signed one', async () => {
      const { body } = await app.get('/role', forge(role));
      expect(body).toEqual({ user: role, payload: role, identity: 'alice' });
    });

    it('an access cookie is renewed, with its claims', async () => {
      const token = forge({ ...role, csrf: 'a', exp: nowInSeconds() + 60 });
      const { setCookies } = await app.send('GET', '/role', { headers: [['Cookie', `access_token_cookie=${token}`]] });
      const line = setCookies.find((each) => each.startsWith('access_token_cookie=ey')) ?? '';
      expect(readToken(line.slice(line.indexOf('=') + 1, line.indexOf(';'))).claims).toMatchObject({
        sub: 'alice',
        ...role,
      });
    });

    it('a cached response belongs to one session', async () => {
      const ofSession = async () => (await app.tokens.createTokenPair('alice', { claims: role })).accessToken;
      const [one, other] = [await ofSession(), await ofSession()];
      const first = (await app.get('/cached', one)).body;
      expect((await app.get('/cached', one)).body).toEqual(first);
      expect((await app.get('/cached', other)).body).not.toEqual(first);
    });
  });

  it('the routes of a log-in work', async () => {
    const routes = { refresh: true, logoutEverywhere: true, sessions: true, me: true } as const;
    const setup = {
      options: {
        ...options(),
        additionalClaims: () => role,
        userIdentity: (user: unknown) => String(Object(user).id ?? user),
      },
      imports: [logInModule({ refresh: true, routes })],
    };
    await withJwtApp(adapter, setup, async (app) => {
      const { body } = await app.send('POST', '/auth', { body: { username: 'alice', password: PASSWORD } });
      const { access_token: token, refresh_token: refresh } = body as Record<string, string>;
      expect((await app.get('/auth/me', token)).body).toEqual({ identity: '1' });
      expect((await app.get('/auth/sessions', token)).body).toMatchObject([{ current: true }]);
      const next = await app.send('POST', '/auth/refresh', { token: refresh });
      expect(next.body).toMatchObject({ access_token: expect.any(String) });
      const over = await app.send('POST', '/auth/logout-everywhere', { token });
      expect(over.status).toBeLessThan(300);
      expect((await app.get('/auth/me', token)).status).toBe(401);
    });
  });
});

it.each(ADAPTERS)(
  'without a store, the refresh route of a log-in creates a token with the same claims on %s',
  async (adapter) => {
    const setup = {
      options: {
        claims,
        additionalClaims: () => role,
        userIdentity: (user: unknown) => String(Object(user).id ?? user),
      },
      imports: [logInModule({ refresh: true, routes: { refresh: true, me: true } })],
    };
    await withJwtApp(adapter, setup, async (app) => {
      const { body } = await app.send('POST', '/auth', { body: { username: 'alice', password: PASSWORD } });
      const next = await app.send('POST', '/auth/refresh', { token: (body as Record<string, string>).refresh_token });
      const { access_token: token = '' } = next.body as Record<string, string>;
      expect((await app.get('/auth/me', token)).body).toEqual({ identity: '1' });
    });
  },
);

@JwtRequired()
@WebSocketGateway()
class RoleGateway {
  @SubscribeMessage('role')
  role(@Jwt() payload: object) {
    return { event: 'role', data: payload };
  }
}

describe.each(SOCKET_SERVERS)('a socket of %s on %s', (kind, server) => {
  it('has what the schema returns in each message, and ends when its session does', async () => {
    const app = await SocketApp.start(kind, { providers: [RoleGateway], options: options() }, server);
    try {
      const tokens = app.nest.get(TokenService, { strict: false });
      const { accessToken, refreshToken } = await tokens.createTokenPair('alice', { claims: role });
      const socket = await app.connect({ token: accessToken });
      for (let message = 0; message < 3; message++)
        expect(await socket.ask('role', 1)).toEqual({ event: 'role', data: role });
      await tokens.revoke(refreshToken);
      await socket.ended;
      const refused = await app.refusalOf({ token: forge({ role: 1 }) });
      expect(refused).toMatchObject(kind === 'ws' ? { status: 400 } : { data: { code: 'JWT_CLAIMS_REJECTED' } });
    } finally {
      await app.stop();
    }
  });
});

@Controller()
class RoleMessages {
  @JwtRequired()
  @MessagePattern('role')
  role(@Jwt() payload: object) {
    return payload;
  }
}

it('a message of a microservice has what the schema returns', async () => {
  const server: MicroserviceOptions = {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: await freePort() },
  };
  const token = (data: unknown) => (data as { token: string }).token;
  const app = await startMicroservice(server, { claims, rpc: { token } }, [RoleMessages]);
  const client = clientOf(server);
  const ask = (data: object) => firstValueFrom(client.send<unknown>('role', data)).catch((error: unknown) => error);
  try {
    expect(await ask({ token: forge(role) })).toEqual(role);
    expect(await ask({ token: forge({ role: 1 }) })).toMatchObject({ code: 'JWT_CLAIMS_REJECTED' });
  } finally {
    await client.close();
    await app.close();
  }
});
