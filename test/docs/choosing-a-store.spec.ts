import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TokenService } from 'nestjs-jwt-extended';
import { ExampleProject } from './example-project.js';
import { codeBlocksOf } from './page.js';
import { mariaDbClients, postgresClients, sqliteClients } from '../revocation/sql/clients.js';
import { SessionManager } from '../../src/sessions/session-manager.js';
import { SECRET } from '../support/forge.js';
import { migratePostgres } from '../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../support/postgres-server.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';

process.env.JWT_SECRET_KEY = SECRET;

const pages = ['docs/guide/choosing-a-store.md', 'docs/guide/local-cache.md', 'docs/guide/sql-store.md'];
const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n');
const project = new ExampleProject(codeBlocksOf(text));

afterAll(() => project.remove());

describe('the clients in the table', () => {
  const rows = [...text.matchAll(/^\| ([^|]+?) +\| (either|`\w+`) +\| `((?:\w+Query)?\(.+\))` +\|$/gm)].map(
    ([, client = '', , line = '']) => ({ client, line }),
  );

  it('are the clients of the store suite', () => {
    const tested = [...postgresClients, ...mariaDbClients, ...sqliteClients].map(({ name }) => name);
    expect(new Set(rows.map(({ client }) => client))).toEqual(new Set(tested));
  });

  it('have the query functions of the store suite', () => {
    const tested = readFileSync('test/revocation/sql/clients.ts', 'utf8').replace(/\s+/g, ' ');
    expect(rows.map(({ line }) => line).filter((line) => !tested.includes(line))).toEqual([]);
  });
});

it('lists the functions "listen" that the store suite uses', () => {
  const rows = [...text.matchAll(/^\| (\w+) +\| `(\(\) => .+)` +\|$/gm)].map(([, , line = '']) => line);
  const tested = readFileSync('test/revocation/sql/clients.ts', 'utf8').replace(
    ' as unknown as { master: pg.Pool }',
    '',
  );
  expect(rows).toHaveLength(4);
  expect(rows.filter((line) => !tested.replace('(dataSource.driver)', 'dataSource.driver').includes(line))).toEqual([]);
});

describeWithPostgres('The example with "listen"', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    await migratePostgres(server.url);
  });
  afterAll(() => server.stop());

  it('learns of the session that another process has ended', async () => {
    process.env.DATABASE_URL = server.url;
    const { PushedSqlModule } = (await import(project.path('src/pushed-sql.module.ts'))) as { PushedSqlModule: object };
    const app = await Test.createTestingModule({ imports: [PushedSqlModule as never] }).compile();
    await app.init();
    const { accessToken } = await app.get(TokenService).createTokenPair('alice');
    const { payload } = await app.get(TokenService).verify(accessToken);
    const { revocation } = app.get(SessionManager).required('test');
    const isRevoked = async () => revocation.isRevoked({ payload, header: { alg: 'HS256' } });
    expect(await isRevoked()).toBe(false);
    const other = await (postgresClients[0] as (typeof postgresClients)[0]).connect(server.url);
    const sid = payload.sid as string;
    await other.store.endSession(sid.split('.')[0] as string, sid, Date.now() + 60_000);
    await until(isRevoked, 5_000);
    await other.close();
    await app.close();
  });
});

it('without a database the example starts, refuses log-ins with 503, and logs one line', async () => {
  process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/nothing';
  const { SqlModule } = (await import(project.path('src/sql.module.ts'))) as { SqlModule: object };
  const log = new RecordingLogger();
  const app = await Test.createTestingModule({ imports: [SqlModule as never] })
    .setLogger(log)
    .compile();
  Logger.overrideLogger(log);
  await app.init();
  await expect(app.get(TokenService).createTokenPair('alice')).rejects.toMatchObject({ status: 503 });
  expect(log.errors).toEqual([expect.stringContaining('The revocation store does not answer')]);
  await app.close();
  Logger.overrideLogger(false);
});
