import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Cluster, Redis } from 'ioredis';
import { JwtExtendedModule, TokenService, type JwtExtendedOptions, type JwtPayload } from 'nestjs-jwt-extended';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClient, createCluster, createSentinel } from 'redis';
import { SessionManager } from '../../../src/sessions/session-manager.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { host, startProxiedCluster, startProxiedSentinel, type Addresses } from './groups.js';
import { RECOVERY } from './service.js';

/** WRITE_DOCS=true writes the measured times into this page. */
const PAGE = 'docs/operations/outages.md';

/** In milliseconds. */
const STALENESS = 1_000;

/** A busy machine gets some more time, in milliseconds. */
const ALLOWANCE = 200;

/** How long the network is silent, in milliseconds: longer than each time limit of a connection. */
const DURATION = 4_000;

/** How often the fault is repeated with each client. The page has the longest time. */
const ROUNDS = 3;

/** What a connection sends to hear of changes. A sentinel subscribes to other channels. */
const LISTENING = /SUBSCRIBE[^:]*jwt:changes|BCAST/i;

/** Servers with proxies before them, and clients that connect with and without these. */
interface Deployment {
  readonly proxies: readonly TcpProxy[];
  /** The proxies of the servers that send changes. */
  readonly listening: readonly TcpProxy[];
  readonly proxied: RedisClient;
  readonly direct: RedisClient;
  stop(): Promise<unknown>;
}

type Start = () => Promise<Deployment>;

const onServer =
  (connect: (port: number) => RedisClient): Start =>
  async () => {
    const server = await RedisServer.start();
    const proxy = await TcpProxy.start(server.port);
    return {
      proxies: [proxy],
      listening: [proxy],
      proxied: connect(proxy.port),
      direct: connect(server.port),
      stop: () => Promise.all([proxy.stop(), server.stop()]),
    };
  };

const onCluster =
  (connect: (addresses: Addresses) => RedisClient): Start =>
  async () => {
    const { cluster, proxies, addresses, stop } = await startProxiedCluster();
    const own = cluster.servers.map(({ port }) => [`${host}:${port}`, { host, port }] as const);
    return {
      proxies,
      listening: proxies,
      proxied: connect(addresses),
      direct: connect(Object.fromEntries(own)),
      stop,
    };
  };

/** A sentinel returns the address of the proxy. So the direct client is one of the primary alone. */
const onSentinel =
  (connect: (port: number) => RedisClient): Start =>
  async () => {
    const { primary, toPrimary, toSentinel, stop } = await startProxiedSentinel();
    return {
      proxies: [toPrimary, toSentinel],
      listening: [toPrimary],
      proxied: connect(toSentinel.port),
      direct: new Redis(primary.url, { lazyConnect: true }),
      stop,
    };
  };

const CLIENTS: Record<string, Start> = {
  'node-redis': onServer((port) => createClient({ url: `redis://${host}:${port}` })),
  ioredis: onServer((port) => new Redis(port, host, { lazyConnect: true })),
  'node-redis, Cluster': onCluster((addresses) => {
    const rootNodes = Object.values(addresses).map(({ port }) => ({ url: `redis://${host}:${port}` }));
    return createCluster({ rootNodes, nodeAddressMap: addresses });
  }),
  'ioredis, Cluster': onCluster(
    (addresses) => new Cluster(Object.values(addresses), { lazyConnect: true, natMap: addresses }),
  ),
  'node-redis, Sentinel': onSentinel((port) =>
    createSentinel({ name: 'primary', sentinelRootNodes: [{ host, port }] }),
  ),
  'ioredis, Sentinel': onSentinel(
    (port) => new Redis({ name: 'primary', sentinels: [{ host, port }], lazyConnect: true }),
  ),
};

/** A process of an application. */
async function startProcess(client: RedisClient, local?: { staleness: `${number}ms`; push: true }) {
  client.on('error', () => undefined);
  await (client as unknown as { connect(): Promise<unknown> }).connect();
  const store = new RedisRevocationStore({ client });
  const options: JwtExtendedOptions = {
    secret: 'a secret of more than thirty-two bytes',
    revocation: { store, ...(local && { local }) },
  };
  const module = await Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
  module.useLogger(false);
  await module.init();
  const { revocation } = module.get(SessionManager).required('test');
  return {
    store,
    tokens: module.get(TokenService),
    isRevoked: async (payload: JwtPayload) => revocation.isRevoked({ payload, header: { alg: 'HS256' } }),
    async close() {
      await module.close();
      if ('destroy' in client) await (client as { destroy(): unknown }).destroy();
      else (client as unknown as Redis).disconnect();
    },
  };
}

type Process = Awaited<ReturnType<typeof startProcess>>;

const times = new Map<string, Record<string, number>>();

describeWithRedis('A connection for changes on which the network is silent', () => {
  describe.each(Object.keys(CLIENTS))('of %s', (name) => {
    let deployment: Deployment;
    let reader: Process;
    let writer: Process;

    beforeAll(async () => {
      deployment = await (CLIENTS[name] as Start)();
      reader = await startProcess(deployment.proxied, { staleness: `${STALENESS}ms`, push: true });
      writer = await startProcess(deployment.direct);
    });
    afterAll(async () => {
      await Promise.all([reader.close(), writer.close()]);
      await deployment.stop();
    });

    const record = (what: string, milliseconds: number) => {
      const measured = times.get(name) ?? {};
      times.set(name, { ...measured, [what]: Math.max(measured[what] ?? 0, milliseconds) });
    };

    async function logIn(): Promise<JwtPayload> {
      const { accessToken } = await writer.tokens.createTokenPair('alice');
      return (await writer.tokens.verify(accessToken)).payload;
    }

    /** Whether the process accepts a token. It does not if it cannot tell. */
    const isAccepted = (payload: JwtPayload) =>
      reader.isRevoked(payload).then(
        (isRevoked) => !isRevoked,
        () => false,
      );

    /** Whether the process answers from its cache, which it does only while it hears of changes. */
    async function isCached(payload: JwtPayload): Promise<boolean> {
      if (!(await isAccepted(payload))) return false;
      const lookUps = [jest.spyOn(reader.store, 'lookUp'), jest.spyOn(reader.store, 'lookUpMany')];
      const answers = [];
      for (let time = 0; time < 5; time++) answers.push(await isAccepted(payload));
      const calls = lookUps.flatMap(({ mock }) => mock.calls.map(() => 1));
      jest.restoreAllMocks();
      return calls.length === 0 && answers.every(Boolean);
    }

    /** Asks until a token is not accepted. Returns for how long it was accepted, in milliseconds. */
    async function untilNotAccepted(payload: JwtPayload): Promise<number> {
      const from = performance.now();
      for (let lastAccepted = from; ;) {
        const askedAt = performance.now();
        if (!(await isAccepted(payload))) return lastAccepted - from;
        lastAccepted = askedAt;
        await sleep(2);
      }
    }

    it('refuses a revoked token within the staleness, and hears of changes again within 5 s', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const payload = await logIn();
        await until(() => isCached(payload));
        const silent = deployment.listening.map((proxy) => proxy.swallowOpen(LISTENING));
        expect(Math.max(...silent)).toBe(1);
        const from = performance.now();
        await writer.tokens.revokeSession(payload.sid as string);
        const refused = await untilNotAccepted(payload);
        record('refused', refused);
        expect(refused).toBeLessThan(STALENESS + ALLOWANCE);
        expect(await reader.isRevoked(payload)).toBe(true);
        const next = await logIn();
        await until(() => isCached(next));
        record('again', performance.now() - from);
        // A busy machine gets twice the promised time.
        expect(performance.now() - from).toBeLessThan(2 * RECOVERY);
        await writer.tokens.revokeSession(next.sid as string);
        expect(await untilNotAccepted(next)).toBeLessThan(STALENESS);
      }
    });

    it('accepts no revoked token for longer than the staleness while the whole network is silent, and hears of changes again within 5 s', async () => {
      const payload = await logIn();
      await until(() => isCached(payload));
      for (const proxy of deployment.proxies) proxy.swallow();
      await writer.tokens.revokeSession(payload.sid as string);
      expect(await untilNotAccepted(payload)).toBeLessThan(STALENESS + ALLOWANCE);
      await sleep(DURATION);
      for (const proxy of deployment.proxies) proxy.forward();
      const returned = performance.now();
      const next = await logIn();
      await until(() => isCached(next));
      record('returned', performance.now() - returned);
      expect(performance.now() - returned).toBeLessThan(2 * RECOVERY);
      expect(await reader.isRevoked(payload)).toBe(true);
    });
  });

  it.each(Object.keys(CLIENTS))('has a row on the page: %s', (name) => {
    expect(readFileSync(PAGE, 'utf8')).toMatch(new RegExp(`<!-- push:begin -->.*^\\| ${name} +\\| \\d`, 'ms'));
  });

  afterAll(() => {
    if (process.env.WRITE_DOCS !== 'true') return;
    for (const [name, { refused, again, returned }] of times) {
      const seconds = [refused, again, returned].map((time = NaN) => (time / 1_000).toFixed(1));
      const page = readFileSync(PAGE, 'utf8');
      const rows = new RegExp(`(<!-- push:begin -->.*?^)\\| ${name} +\\|.*?$`, 'ms');
      writeFileSync(PAGE, page.replace(rows, `$1| ${[name, ...seconds].join(' | ')} |`));
    }
  });
});
