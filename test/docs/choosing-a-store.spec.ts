import { existsSync, readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TokenService } from 'nestjs-jwt-extended';
import { ExampleProject } from '../readme/example-project.js';
import { codeBlocksOf } from '../readme/readme.js';
import { mariaDbClients, postgresClients, sqliteClients } from '../revocation/sql/clients.js';
import { SECRET } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';

process.env.JWT_SECRET_KEY = SECRET;

const text = readFileSync('docs/choosing-a-store.md', 'utf8');
const project = new ExampleProject(codeBlocksOf(text));

afterAll(() => project.remove());

it('has examples that compile', () => {
  expect(project.diagnostics()).toEqual([]);
});

it('links only to files that exist', () => {
  const links = [...text.matchAll(/\]\((?!https:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(links).not.toEqual([]);
  expect(links.filter((target) => !existsSync(`docs/${target}`))).toEqual([]);
});

describe('the clients in the table', () => {
  const rows = [...text.matchAll(/^\| ([^|]+?) +\| (either|`\w+`) +\| `(\(.+\))` +\|$/gm)].map(
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
