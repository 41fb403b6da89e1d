import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { Cluster, Redis } from 'ioredis';
import {
  JwtExtendedModule,
  MemoryRevocationStore,
  RevocationEvents,
  TokenService,
  type JwtExtendedOptions,
  type JwtPayload,
  type RevocationEvent,
} from 'nestjs-jwt-extended';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { createSentinel as createSentinel5 } from 'redis-5';
import { SessionManager } from '../../../src/sessions/session-manager.js';
import { jwtModule } from '../../support/jwt-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { waitingFor } from '../../support/timing.js';
import { tokenService } from '../../support/token-service.js';
import { until } from '../../support/until.js';

const STALENESS = 500;

type Local = NonNullable<JwtExtendedOptions['revocation']>['local'];

interface Connection {
  readonly client: RedisClient;
  close(): void;
}

type Connect = (url: string, options?: { keyPrefix?: string }) => Promise<Connection>;

/** The first receives the keys that change (client-side caching), the second receives the messages of the scripts. */
const DRIVERS: Record<string, Connect> = {
  async 'node-redis'(url, options) {
    const client = await createClient({ url, ...options }).connect();
    return { client, close: () => client.destroy() };
  },
  async ioredis(url, options = {}) {
    const client = new Redis(url, options);
    return { client, close: () => client.disconnect() };
  },
};

/** A process of the library: a module, a store and connections of its own. */
async function startProcess(connect: Connect, url: string, local: Local, options: { keyPrefix?: string } = {}) {
  const { client, close } = await connect(url, options);
  const module = await Test.createTestingModule({
    imports: [
      JwtExtendedModule.forRoot({
        secret: 'a secret of more than thirty-two bytes',
        revocation: { store: new RedisRevocationStore({ client }), local, timeout: '2s' },
      }),
    ],
  }).compile();
  module.useLogger(false);
  await module.init();
  const revocation = module.get(SessionManager).required('test').revocation;
  return {
    tokens: module.get(TokenService),
    isRevoked: async (payload: JwtPayload) => revocation.isRevoked({ payload, header: { alg: 'HS256' } }),
    async close() {
      await module.close();
      close();
    },
  };
}

type Process = Awaited<ReturnType<typeof startProcess>>;

describeWithRedis('A local cache that receives the changes of Redis', () => {
  describe.each(Object.keys(DRIVERS))('with %s', (name) => describePush(DRIVERS[name] as Connect));
});

function describePush(connect: Connect): void {
  let server: RedisServer;
  let processes: Process[];
  const first = () => processes[0] as Process;
  const login = async () => {
    const { accessToken } = await first().tokens.createTokenPair('alice');
    return (await first().tokens.verify(accessToken)).payload;
  };
  const everywhere = (payload: JwtPayload) => Promise.all(processes.map((one) => one.isRevoked(payload)));

  beforeEach(async () => {
    server = await RedisServer.start();
    processes = [];
    for (let count = 0; count < 4; count++) {
      processes.push(await startProcess(connect, server.url, { staleness: STALENESS / 1000, push: true }));
    }
    await sleep(100);
  });
  afterEach(async () => {
    server.resume();
    await Promise.all(processes.map((one) => one.close()));
    await server.stop();
  });

  it('needs no round trip for a cached token', async () => {
    const payload = await login();
    // Counts from the notification of the log-in. If a ping is late on a busy machine, the process asks the server again.
    await until(async () => {
      server.takeCommandCounts();
      for (let time = 0; time < 50; time++) expect(await everywhere(payload)).toEqual([false, false, false, false]);
      return server.takeCommandCounts().mget === undefined;
    });
  });

  it('notifies three other processes of a log-out within 100 ms (median)', async () => {
    const delays: number[] = [];
    for (let round = 0; round < 15; round++) {
      const payload = await login();
      expect(await everywhere(payload)).toEqual([false, false, false, false]);
      await first().tokens.revokeSession(payload.sid as string);
      const learning = processes.slice(1).map(async (one) => {
        const { milliseconds } = await waitingFor(() => until(() => one.isRevoked(payload)));
        delays.push(milliseconds);
      });
      await Promise.all(learning);
    }
    delays.sort((left, right) => left - right);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100);
    expect(delays.at(-1)).toBeLessThan(STALENESS);
  });

  it('uses no cached answer for longer than the staleness after the server was stopped', async () => {
    const payload = await login();
    await everywhere(payload);
    server.pause();
    const stoppedAt = performance.now();
    let lastServed = stoppedAt;
    while (performance.now() - stoppedAt < 3 * STALENESS) {
      const sentAt = performance.now();
      const served = await first()
        .isRevoked(payload)
        .then(() => true)
        .catch(() => false);
      if (served) lastServed = sentAt;
      await sleep(5);
    }
    expect(lastServed - stoppedAt).toBeLessThan(STALENESS + 100);
    server.resume();
    await until(() =>
      first()
        .isRevoked(payload)
        .then((isRevoked) => !isRevoked)
        .catch(() => false),
    );
  });

  it('knows a log-out of its own process at once', async () => {
    const payload = await login();
    await first().isRevoked(payload);
    await first().tokens.revoke(payload);
    expect(await first().isRevoked(payload)).toBe(true);
  });

  it('is notified even if the client of its process adds a prefix to the keys', async () => {
    const local = { staleness: STALENESS / 1000, push: true };
    const [one, two] = await Promise.all(
      [1, 2].map(() => startProcess(connect, server.url, local, { keyPrefix: 'all:' })),
    );
    processes.push(one as Process, two as Process);
    await sleep(100);
    const { accessToken } = await (one as Process).tokens.createTokenPair('alice');
    const { payload } = await (one as Process).tokens.verify(accessToken);
    expect(await (two as Process).isRevoked(payload)).toBe(false);
    await (one as Process).tokens.revokeSession(payload.sid as string);
    const { milliseconds } = await waitingFor(() => until(() => (two as Process).isRevoked(payload)));
    expect(milliseconds).toBeLessThan(STALENESS);
  });

  it('refuses the tokens of all sessions within the staleness after Redis has lost its data', async () => {
    const payload = await login();
    await until(async () => (await everywhere(payload)).every((isRevoked) => !isRevoked));
    server.run('FLUSHALL');
    const { milliseconds } = await waitingFor(() => until(async () => (await everywhere(payload)).every(Boolean)));
    expect(milliseconds).toBeLessThan(STALENESS + 100);
  });
}

const sentinelRootNodes = [{ host: '127.0.0.1', port: 1 }];
const nowhere = { url: 'redis://127.0.0.1:1' };

/** Every kind of client. None of them connects here. */
const CLIENTS: Record<string, () => RedisClient> = {
  ioredis: () => new Redis({ lazyConnect: true }),
  'a cluster of ioredis': () => new Cluster(['redis://127.0.0.1:1'], { lazyConnect: true }),
  'createSentinel()': () => createSentinel({ name: 'primary', sentinelRootNodes }),
  'createSentinel() of redis 5': () => createSentinel5({ name: 'primary', sentinelRootNodes }),
  'createCluster()': () => createCluster({ rootNodes: [nowhere] }),
  'createClientPool()': () => createClientPool(nowhere),
};

describe('Push', () => {
  const start = (store: RevocationStore) =>
    tokenService({ revocation: { store, local: { staleness: '1s', push: true } } });

  it.each(Object.keys(CLIENTS))('is possible with %s', (name) => {
    expect(new RedisRevocationStore({ client: (CLIENTS[name] as () => RedisClient)() }).watchProblem).toBeNull();
  });

  it('is refused at the start with a client that cannot be duplicated, and the message contains the cure', () => {
    const client = Object.create(new Redis({ lazyConnect: true }), { duplicate: { value: undefined } }) as RedisClient;
    const store = new RedisRevocationStore({ client });
    return expect(start(store)).rejects.toThrow(/revocation.local.push.*no duplicate\(\).*remove "push"/s);
  });

  it('is refused at the start with a store that cannot report changes', () =>
    expect(start(new MemoryRevocationStore())).rejects.toThrow(/revocation.local.push.*Remove "push"/s));

  it('is refused with a store that has the property for push, but does not override watch()', () => {
    class Silent extends MemoryRevocationStore {
      override readonly watchProblem = null;
    }
    return expect(start(new Silent())).rejects.toThrow('"revocation.local.push" is not possible');
  });

  it('that fails again and again causes one warning and one event, and soon few attempts', async () => {
    class Failing extends MemoryRevocationStore {
      override readonly watchProblem = null;
      attempts = 0;
      override watch(): never {
        this.attempts++;
        throw new Error('NOPERM this user has no permissions to run CLIENT TRACKING');
      }
    }
    const store = new Failing();
    const logger = new RecordingLogger();
    const imports = [jwtModule({ revocation: { store, local: { staleness: '20ms', push: true } } })];
    const module = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    const events: RevocationEvent[] = [];
    module.get(RevocationEvents).subscribe((event) => events.push(event));
    await module.init();
    await sleep(700);
    await module.close();
    const warnings = logger.warnings.filter((warning) => warning.includes('local.push'));
    expect(warnings).toEqual([expect.stringMatching(/reports no changes .*every request asks it\. NOPERM/)]);
    expect(events.map(({ type }) => type)).toEqual(['push-unavailable']);
    expect(store.attempts).toBeLessThan(9);
  });
});
