import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { JwtExtendedModule, TokenService, type JwtExtendedOptions, type JwtPayload } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { createClient } from 'redis';
import { SessionManager } from '../../../src/sessions/session-manager.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { waitingFor } from '../../support/timing.js';
import { until } from '../../support/until.js';

const STALENESS = 500;

/** One process as far as the library goes: a module, a store and connections of its own. */
async function startProcess(url: string, local: NonNullable<JwtExtendedOptions['revocation']>['local']) {
  const client = await createClient({ url }).connect();
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
      client.destroy();
    },
  };
}

type Process = Awaited<ReturnType<typeof startProcess>>;

describeWithRedis('A local memory that Redis pushes changes to', () => {
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
      processes.push(await startProcess(server.url, { staleness: STALENESS / 1000, push: true }));
    }
    await sleep(100);
  });
  afterEach(async () => {
    server.resume();
    await Promise.all(processes.map((one) => one.close()));
    await server.stop();
  });

  it('costs no round trip once a token was seen', async () => {
    const payload = await login();
    // Counts from the notification of the log-in. If a ping is late on a busy machine, the process asks the server again.
    await until(async () => {
      server.takeCommandCounts();
      for (let time = 0; time < 50; time++) expect(await everywhere(payload)).toEqual([false, false, false, false]);
      return server.takeCommandCounts().mget === undefined;
    });
  });

  it('lets three other processes know of a log-out within 100 ms (median)', async () => {
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

  it('serves no remembered answer for longer than the staleness when the server is stopped', async () => {
    const payload = await login();
    await everywhere(payload);
    server.pause();
    const stoppedAt = performance.now();
    let lastServed = stoppedAt;
    while (performance.now() - stoppedAt < 3 * STALENESS) {
      const asked = performance.now();
      const served = await first()
        .isRevoked(payload)
        .then(() => true)
        .catch(() => false);
      if (served) lastServed = asked;
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

  it('knows in its own process at once', async () => {
    const payload = await login();
    await first().isRevoked(payload);
    await first().tokens.revoke(payload);
    expect(await first().isRevoked(payload)).toBe(true);
  });

  it('is refused with ioredis, which says what to do instead', () => {
    const client = new Redis({ lazyConnect: true });
    const store = new RedisRevocationStore({ client });
    const start = () =>
      Test.createTestingModule({
        imports: [
          JwtExtendedModule.forRoot({
            secret: 'a secret of more than thirty-two bytes',
            revocation: { store, local: { staleness: '1s', push: true } },
          }),
        ],
      }).compile();
    return expect(start()).rejects.toThrow(/revocation.local.push.*createClient\(\).*remove "push"/s);
  });
});
