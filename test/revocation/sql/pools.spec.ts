import { createServer, type AddressInfo } from 'node:net';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { mysqlQuery, pgQuery, type SqlQuery } from 'nestjs-jwt-extended/sql';
import { describeWithMariaDb, MariaDbServer } from '../../support/mariadb-server.js';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { postgresPool } from './clients.js';

/** A pool with one connection, so that a test sees whether a statement gets another one. */
interface SmallPool {
  readonly query: SqlQuery;
  /** A statement that returns the id of its connection. */
  readonly own: string;
  end(): Promise<void>;
}

function describePool(
  start: () => Promise<{ url: string; port: number; stop(): Promise<void> }>,
  open: (url: string) => SmallPool,
) {
  let server: Awaited<ReturnType<typeof start>>;
  let proxy: TcpProxy;
  let pool: SmallPool;
  beforeAll(async () => {
    server = await start();
    proxy = await TcpProxy.start(server.port);
    pool = open(server.url.replace(`:${server.port}`, `:${proxy.port}`));
  });
  afterAll(async () => {
    await pool.end();
    await proxy.stop();
    await server.stop();
  });
  const ask = async () => JSON.stringify(await pool.query(pool.own, [], 'own'));

  it('keep the connection after a statement that the server refuses', async () => {
    const before = await ask();
    await expect(Promise.resolve(pool.query('SELECT nothing FROM nowhere', [], 'wrong'))).rejects.toThrow(/nowhere/);
    expect(await ask()).toBe(before);
  });

  it('close the connection after a statement without answer, and use another one', async () => {
    const before = await ask();
    proxy.swallow();
    await expect(ask()).rejects.toThrow('The database did not answer in time.');
    proxy.forward();
    expect(await ask()).not.toBe(before);
  });

  it('do not wait longer for a connection, and lose none', async () => {
    const waiting = Array.from({ length: 5 }, () => pool.query('SELECT 1 AS one', [], 'one'));
    expect(await Promise.allSettled(waiting)).toHaveLength(5);
    proxy.swallow();
    const refused = await Promise.allSettled([ask(), ask(), ask()]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    proxy.forward();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (let time = 0; time < 3; time++) await ask();
  });
}

describeWithPostgres('Statements of pgQuery()', () => {
  describePool(
    () => PostgresServer.start(),
    (url) => {
      const pool = postgresPool(url, { max: 1, connectionTimeoutMillis: 1_000 });
      const own = 'SELECT pg_backend_pid() AS id';
      return {
        query: async (...args) => ((await pgQuery(pool, { timeout: 500 })(...args)) as { rows: unknown }).rows,
        own,
        end: () => pool.end(),
      };
    },
  );
});

describeWithMariaDb('Statements of mysqlQuery()', () => {
  describePool(
    () => MariaDbServer.start(),
    (uri) => {
      const pool = createPool({ uri, connectionLimit: 1, connectTimeout: 1_000 });
      const own = 'SELECT CONNECTION_ID() AS id';
      return {
        query: async (...args) => ((await mysqlQuery(pool, { timeout: 500 })(...args)) as unknown[])[0],
        own,
        end: () => pool.end(),
      };
    },
  );
});

it.each<[string, () => unknown]>([
  ['pgQuery', () => pgQuery({} as never, { timeout: 0 })],
  ['mysqlQuery', () => mysqlQuery({} as never, { timeout: '1s' as never })],
])('%s() refuses a time limit that is no positive number', (name, create) => {
  expect(create).toThrow(new TypeError(`${name} option "timeout" must be a positive number of milliseconds.`));
});

/** A message of PostgreSQL's protocol: its type, its length and its content. */
function message(type: string, content: string): Buffer {
  const body = Buffer.from(content, 'latin1');
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

it('a server that ends each connection in the packet that opens it does not end the process', async () => {
  const opened = [message('R', '\0\0\0\0'), message('Z', 'I')];
  const ended = message('E', 'SFATAL\0C57P01\0Mterminating connection\0\0');
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(Buffer.concat([...opened, ended])));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'user', database: 'database' });
  pool.on('error', () => undefined);
  const query = pgQuery(pool);
  for (let time = 0; time < 3; time++) await expect(query('SELECT 1', [], 'one')).rejects.toThrow();
  await pool.end();
  server.close();
});
