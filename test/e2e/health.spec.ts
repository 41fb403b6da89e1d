import { Controller, Get, Logger } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { MemoryRevocationStore, Public, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import type { LookUp, RevocationStore } from 'nestjs-jwt-extended/store';
import { JwtHealthIndicator } from 'nestjs-jwt-extended/terminus';
import { createClient } from 'redis';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
import { jwks, providerKey } from '../support/identity-provider.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import { json, silence, status, useKeyServer } from '../support/key-server.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

@Public()
@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly jwt: JwtHealthIndicator,
  ) {}

  @Get('store')
  @HealthCheck()
  store() {
    return this.health.check([() => this.jwt.store()]);
  }

  @Get('sessions')
  @HealthCheck()
  namedStore() {
    return this.health.check([() => this.jwt.store('sessions', { timeout: '50ms' })]);
  }

  @Get('keys')
  @HealthCheck()
  keys() {
    return this.health.check([() => this.jwt.keySets('jwt-keys', { timeout: '200ms' })]);
  }
}

/** What an error of a driver can have, and no caller may see. */
const REASON = 'connect ECONNREFUSED redis://admin:hunter2@10.1.2.3:6379';

class BrokenStore extends MemoryRevocationStore {
  behaviour: (() => LookUp | Promise<LookUp>) | null = null;

  override lookUp(...query: Parameters<MemoryRevocationStore['lookUp']>) {
    return this.behaviour === null ? super.lookUp(...query) : (this.behaviour() as LookUp);
  }
}

function withHealth(
  adapter: AdapterName,
  options: JwtExtendedOptions,
  work: (app: TestApp, logger: RecordingLogger) => Promise<void>,
): Promise<void> {
  const logger = new RecordingLogger();
  const setup = {
    options: { requireByDefault: true, ...options },
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [JwtHealthIndicator],
    prepare: () => Logger.overrideLogger(logger),
  };
  return withJwtApp(adapter, setup, (app) => work(app, logger));
}

const withStore = (
  adapter: AdapterName,
  store: RevocationStore,
  work: (app: TestApp, logger: RecordingLogger) => Promise<void>,
) => withHealth(adapter, { revocation: { store, timeout: '300ms' } }, work);

const NO_ANSWER = { status: 'down', message: 'The revocation store does not answer.' };
const up = (key: string) => ({ status: 200, body: { status: 'ok', details: { [key]: { status: 'up' } } } });
const down = (key: string, details: object) => ({
  status: 503,
  body: { status: 'error', info: {}, error: { [key]: details }, details: { [key]: details } },
});

describe.each(ADAPTERS)('the health check of the store on %s', (adapter) => {
  it('is up while the store answers', async () => {
    await withStore(adapter, new MemoryRevocationStore(), async (app) => {
      expect(await app.get('/health/store')).toMatchObject(up('jwt-store'));
      expect(await app.get('/health/sessions')).toMatchObject(up('sessions'));
    });
  });

  it.each<[string, () => LookUp | Promise<LookUp>]>([
    [
      'throws',
      () => {
        throw new Error(REASON);
      },
    ],
    ['rejects', () => Promise.reject(new Error(REASON))],
    ['does not answer', () => new Promise(() => undefined)],
    ['returns something else', () => ({ reason: REASON }) as unknown as LookUp],
  ])('is down while the store %s, shows no reason, and is up again', async (_how, behaviour) => {
    const store = new BrokenStore();
    await withStore(adapter, store, async (app, logger) => {
      store.behaviour = behaviour;
      expect(await app.get('/health/store')).toEqual(down('jwt-store', NO_ANSWER));
      expect(logger.errors).toEqual([expect.stringMatching(/^The revocation store does not answer; .+/)]);
      store.behaviour = null;
      expect(await app.get('/health/store')).toMatchObject(up('jwt-store'));
    });
  });

  it('waits no longer than its own timeout', async () => {
    const store = new BrokenStore();
    await withHealth(adapter, { revocation: { store, timeout: '2s' } }, async (app) => {
      store.behaviour = () => new Promise(() => undefined);
      const start = performance.now();
      expect(await app.get('/health/sessions')).toEqual(down('sessions', NO_ANSWER));
      expect(performance.now() - start).toBeLessThan(1_500);
    });
  });

  it('is down without the table of the store', async () => {
    const store = new SqlRevocationStore({
      dialect: 'postgres',
      query: () =>
        Promise.reject(Object.assign(new Error('relation "jwt_sessions" does not exist'), { code: '42P01' })),
    });
    await withStore(adapter, store, async (app) => {
      expect(await app.get('/health/store')).toEqual(down('jwt-store', NO_ANSWER));
    });
  });

  it('throws without a store, and for a wrong option', async () => {
    await withHealth(adapter, {}, async (app) => {
      expect(await app.get('/health/store')).toMatchObject({ status: 500 });
      const indicator = app.resolve(JwtHealthIndicator);
      await expect(indicator.store()).rejects.toThrow(
        new TypeError('JwtHealthIndicator.store() needs a store: set the option revocation.'),
      );
      await expect(indicator.store('jwt', { timeOut: 5 } as object)).rejects.toThrow(
        new TypeError('JwtHealthIndicator.store() option "timeOut" does not exist. Did you mean "timeout"?'),
      );
      await expect(indicator.keySets('jwt', { timeout: '5' as '5s' })).rejects.toThrow(
        /^JwtHealthIndicator\.keySets\(\) option "timeout" is wrong/,
      );
    });
  });
});

describeWithRedis('the health check of a store in Redis', () => {
  it('is down while the server is killed or frozen', async () => {
    const server = await RedisServer.start();
    const client = createClient({ url: server.url, socket: { reconnectStrategy: 20 } }).on('error', () => undefined);
    await client.connect();
    try {
      await withStore('express', new RedisRevocationStore({ client }), async (app) => {
        expect(await app.get('/health/store')).toMatchObject(up('jwt-store'));
        await server.kill();
        expect(await app.get('/health/store')).toEqual(down('jwt-store', NO_ANSWER));
        await server.start();
        await until(async () => (await app.get('/health/store')).status === 200);
        server.pause();
        expect(await app.get('/health/store')).toEqual(down('jwt-store', NO_ANSWER));
        server.resume();
        await until(async () => (await app.get('/health/store')).status === 200);
      });
    } finally {
      client.destroy();
      await server.stop();
    }
  });
});

describe.each(ADAPTERS)('the health check of key sets on %s', (adapter) => {
  const server = useKeyServer();
  const key = providerKey('one');
  const providerAt = (path: string) => ({
    issuer: `https://${path}.example`,
    uri: `${server.url}/${path}`,
    audience: false as const,
    cooldown: '300ms' as const,
  });
  const missing = (...unavailable: string[]) => ({
    status: 'down',
    message: 'The keys of an identity provider are missing.',
    unavailable,
  });

  it('is up with the keys of all providers, and stays up while an earlier fetch counts', async () => {
    server.paths.set('/one', json(jwks(key)));
    await withHealth(adapter, { jwks: providerAt('one') }, async (app) => {
      await until(async () => (await app.get('/health/keys')).status === 200);
      server.paths.set('/one', status(500));
      expect(await app.get('/health/keys')).toMatchObject(up('jwt-keys'));
    });
  });

  it('names the options of providers without keys, and is up when they publish them', async () => {
    server.paths.set('/one', json(jwks(key)));
    server.paths.set('/three', silence);
    const jwksOptions = [providerAt('one'), providerAt('two'), { ...providerAt('three'), timeout: '500ms' as const }];
    await withHealth(adapter, { jwks: jwksOptions }, async (app) => {
      expect(await app.get('/health/keys')).toEqual(down('jwt-keys', missing('jwks[1]', 'jwks[2]')));
      server.paths.set('/two', json(jwks(key)));
      server.paths.set('/three', json(jwks(key)));
      await until(async () => (await app.get('/health/keys')).status === 200);
    });
  });

  it('throws without providers', async () => {
    await withHealth(adapter, {}, async (app) => {
      await expect(app.resolve(JwtHealthIndicator).keySets()).rejects.toThrow(
        new TypeError('JwtHealthIndicator.keySets() needs the option jwks.'),
      );
    });
  });
});
