import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createPool } from 'mysql2/promise';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { mysqlQuery, pgQuery, SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import pg from 'pg';
import { createClient } from 'redis';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { migrateMariaDb, migratePostgres } from '../../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { newSubject } from '../../support/store-calls.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import type { StoreServer } from '../../support/worker-pool.js';
import { RECOVERY } from './service.js';

/** WRITE_DOCS=true writes the measured times into this page. */
const PAGE = 'docs/operations/outages.md';

/** How long a fault lasts, in milliseconds: longer than each time limit of a connection. */
const DURATION = 4_000;

/** How long a look-up may take, in milliseconds. It is the default of `revocation.timeout`. */
const TIMEOUT = 1_000;

interface Fault {
  readonly name: string;
  begin(server: StoreServer, proxy: TcpProxy): Promise<void> | void;
  end(server: StoreServer, proxy: TcpProxy): Promise<void> | void;
}

const FAULTS: readonly Fault[] = [
  { name: 'half-open', begin: (_server, proxy) => proxy.swallow(), end: (_server, proxy) => proxy.forward() },
  { name: 'refused', begin: (_server, proxy) => proxy.refuse(), end: (_server, proxy) => proxy.accept() },
  { name: 'stopped', begin: (server) => server.pause(), end: (server) => server.resume() },
  { name: 'restarted', begin: (server) => server.kill(), end: (server) => server.start() },
];

interface Client {
  readonly name: string;
  describe(name: string, body: () => void): void;
  start(): Promise<StoreServer & { readonly url: string }>;
  open(url: string): { store: RevocationStore; close(): unknown };
}

/** Each client as the documentation sets it up. */
const CLIENTS: readonly Client[] = [
  {
    name: 'node-redis',
    describe: describeWithRedis,
    start: () => RedisServer.start(),
    open: (url) => ({ store: new RedisRevocationStore({ client: createClient({ url }) }), close: () => undefined }),
  },
  {
    name: 'ioredis',
    describe: describeWithRedis,
    start: () => RedisServer.start(),
    open: (url) => ({
      store: new RedisRevocationStore({ client: new Redis(url, { lazyConnect: true }) }),
      close: () => undefined,
    }),
  },
  {
    name: 'pg',
    describe: describeWithPostgres,
    async start() {
      const server = await PostgresServer.start();
      await migratePostgres(server.url);
      return server;
    },
    open(url) {
      const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 1_000 });
      pool.on('error', () => undefined);
      return { store: new SqlRevocationStore({ dialect: 'postgres', query: pgQuery(pool) }), close: () => pool.end() };
    },
  },
  {
    name: 'mysql2',
    describe: describeWithMariaDb,
    async start() {
      const server = await MariaDbServer.start();
      await migrateMariaDb(server.url);
      return server;
    },
    open(uri) {
      const pool = createPool({ uri, connectTimeout: 1_000 });
      return { store: new SqlRevocationStore({ dialect: 'mysql', query: mysqlQuery(pool) }), close: () => pool.end() };
    },
  },
];

const times = new Map<string, number[]>();

for (const { name, describe, start, open } of CLIENTS) {
  describe(`A store on ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let proxy: TcpProxy;
    let opened: ReturnType<typeof open>;
    let load: NodeJS.Timeout | undefined;
    afterEach(() => clearInterval(load));
    const answers = () =>
      Promise.race([
        Promise.resolve(opened.store.lookUp({ subject: newSubject(), sid: null, jti: 'a jti' })).then(
          () => true,
          () => false,
        ),
        sleep(TIMEOUT, false),
      ]);
    beforeAll(async () => {
      server = await start();
      proxy = await TcpProxy.start(server.port);
      opened = open(server.url.replace(`:${server.port}`, `:${proxy.port}`));
    });
    afterAll(async () => {
      await opened.store.close();
      await opened.close();
      await proxy.stop();
      await server.stop();
    });

    it.each(FAULTS)('answers within 5 s after the end of the fault: $name', async ({ begin, end }) => {
      expect(await answers()).toBe(true);
      await begin(server, proxy);
      // One hundred look-ups a second, as in an application.
      load = setInterval(() => void answers(), 10);
      await sleep(DURATION);
      expect(await answers()).toBe(false);
      await end(server, proxy);
      const ended = performance.now();
      while (!(await answers())) await sleep(20);
      const milliseconds = performance.now() - ended;
      times.set(name, [...(times.get(name) ?? []), milliseconds]);
      // A busy machine gets twice the promised time.
      expect(milliseconds).toBeLessThan(2 * RECOVERY);
    });
  });
}

afterAll(() => {
  if (process.env.WRITE_DOCS !== 'true' || times.size < CLIENTS.length) return;
  const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(1);
  const rows = [
    ['client', ...FAULTS.map(({ name }) => name)],
    ['---', ...FAULTS.map(() => '---')],
    ...[...times].map(([name, measured]) => [name, ...measured.map(seconds)]),
  ];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const between = /(<!-- times:begin -->\n\n).*(\n\n<!-- times:end -->)/s;
  writeFileSync(
    PAGE,
    page.replace(between, (_, before: string, after: string) => before + table + after),
  );
});

it('is on the page with each client and each fault', () => {
  const page = readFileSync(PAGE, 'utf8');
  for (const { name } of [...CLIENTS, ...FAULTS]) expect(page).toMatch(new RegExp(`\\| ${name} +\\|`));
});
