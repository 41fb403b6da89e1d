import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TokenService } from 'nestjs-jwt-extended';
import * as library from 'nestjs-jwt-extended';
import { FLASK_SETTINGS } from '../../src/options/flask-settings.js';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { debianProgram, itWithProgram } from '../support/programs.js';
import { ExampleProject } from './example-project.js';
import { codeBlocksOf } from './page.js';

const run = promisify(execFile);
const text = readFileSync('docs/migration/from-flask.md', 'utf8');
const blocks = codeBlocksOf(text);

process.env.JWT_SECRET_KEY = SECRET;
const project = new ExampleProject(blocks);
const { FlaskModule } = (await import(project.path('src/flask.module.ts'))) as { FlaskModule: Type };
const { OrdersController } = (await import(project.path('src/orders.controller.ts'))) as { OrdersController: Type };

afterAll(() => project.remove());

describe('the moved route', () => {
  const app = useJwtApp('express', { controllers: [OrdersController] });

  itWithProgram(debianProgram('curl'), 'answers the shown commands', async () => {
    const shown = blocks.find(({ language }) => language === 'sh')?.code ?? '';
    // Flask and Nest have the same paths, so one server answers for both.
    const commands = shown.replace(/localhost:\d+/g, new URL(await app.nest.getUrl()).host);
    const TOKEN = await app.tokens.createAccessToken('alice', { claims: { role: 'user' } });
    const { stdout } = await run('sh', ['-euc', commands], { env: { ...process.env, TOKEN } });
    expect(stdout).toBe('{"identity":"alice","role":"user"}'.repeat(2));
  });
});

const cellsOf = (column: number) => [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => row.split('|')[column] ?? '');
const quoted = (cells: readonly string[]) =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

it('shows every setting of Flask-JWT-Extended once, and no other setting', () => {
  const shown = quoted(cellsOf(1)).filter((name) => name?.startsWith('JWT_'));
  expect(shown.sort()).toEqual(Object.keys(FLASK_SETTINGS).sort());
});

it('shows the option for each setting', () => {
  const rows = [...text.matchAll(/^\| (`JWT_.*)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  );
  for (const [names = '', options = ''] of rows) {
    const shown = quoted([options]) as string[];
    for (const name of quoted([names]).filter((setting) => setting?.startsWith('JWT_'))) {
      const { option } = FLASK_SETTINGS[name as keyof typeof FLASK_SETTINGS];
      const path = option === 'protectCsrf' ? 'csrf' : option;
      expect([name, shown.some((known) => path.startsWith(known))]).toEqual([name, true]);
    }
  }
});

it('names only exceptions that exist', () => {
  const named = quoted(cellsOf(3)).filter((name) => name?.endsWith('Exception')) as string[];
  expect(named.length).toBeGreaterThan(9);
  for (const name of named) expect(library).toHaveProperty(name);
});

it('reads the environment with the options of the application', async () => {
  const module = await Test.createTestingModule({ imports: [FlaskModule] }).compile();
  const tokens = module.get(TokenService, { strict: false });
  const { payload } = await tokens.verify(await tokens.createAccessToken('alice'));
  expect(payload).toMatchObject({ sub: 'alice', role: 'user' });
});

it('reads options from the environment', async () => {
  const environment = { FLASK_JWT_SECRET_KEY: 'xy'.repeat(16), FLASK_JWT_TOKEN_LOCATION: 'cookies,headers', HOME: '/' };
  expect(resolveSettings(library.optionsFromFlaskConfig(environment)).tokenLocation).toEqual(['cookies', 'headers']);
});
