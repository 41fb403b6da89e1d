import { existsSync, readFileSync } from 'node:fs';
import { Test } from '@nestjs/testing';
import { TokenService } from 'nestjs-jwt-extended';
import { ExampleProject } from '../readme/example-project.js';
import { codeBlocksOf } from '../readme/readme.js';
import { mariaDbClients, postgresClients, sqliteClients } from '../revocation/sql/clients.js';
import { SECRET } from '../support/forge.js';

process.env.JWT_SECRET_KEY = SECRET;

const text = readFileSync('docs/choosing-a-store.md', 'utf8');
const project = new ExampleProject(codeBlocksOf(text));

afterAll(() => project.remove());

it('compiles', () => {
  expect(project.diagnostics()).toEqual([]);
});

it('links to what is there', () => {
  const links = [...text.matchAll(/\]\((?!https:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(links).not.toEqual([]);
  expect(links.filter((target) => !existsSync(`docs/${target}`))).toEqual([]);
});

describe('The clients it names', () => {
  const rows = [...text.matchAll(/^\| ([^|]+?) +\| (either|`\w+`) +\| `(\(.+\))` +\|$/gm)].map(
    ([, client = '', , line = '']) => ({ client, line }),
  );

  it('are those that the suite runs with', () => {
    const tested = [...postgresClients, ...mariaDbClients, ...sqliteClients].map(({ name }) => name);
    expect(new Set(rows.map(({ client }) => client))).toEqual(new Set(tested));
  });

  it('are asked by the lines that the suite runs', () => {
    const tested = readFileSync('test/revocation/sql/clients.ts', 'utf8').replace(/\s+/g, ' ');
    expect(rows.map(({ line }) => line).filter((line) => !tested.includes(line))).toEqual([]);
  });
});

it('with a database that is not there an application says so at its start, and starts', async () => {
  process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/nothing';
  const { SqlModule } = (await import(project.path('src/sql.module.ts'))) as { SqlModule: object };
  const app = await Test.createTestingModule({ imports: [SqlModule as never] }).compile();
  await app.init();
  await expect(app.get(TokenService).createTokenPair('alice')).rejects.toMatchObject({ status: 503 });
  await app.close();
});
