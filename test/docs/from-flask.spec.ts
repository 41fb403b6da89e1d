import { existsSync, readFileSync } from 'node:fs';
import * as library from 'nestjs-jwt-extended';
import { FLASK_SETTINGS } from '../../src/options/flask-settings.js';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ExampleProject } from '../readme/example-project.js';
import { codeBlocksOf } from '../readme/readme.js';

const text = readFileSync('docs/from-flask.md', 'utf8');
const project = new ExampleProject(codeBlocksOf(text.replace(/^ {3}/gm, '')));
const cellsOf = (column: number) => [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => row.split('|')[column] ?? '');
const quoted = (cells: readonly string[]) =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

afterAll(() => project.remove());

it('has examples that compile', () => {
  expect(project.files).toHaveLength(3);
  expect(project.diagnostics()).toEqual([]);
});

it('links only to files that exist', () => {
  const links = [...text.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, target = '']) => target);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((target) => !existsSync(`docs/${target}`))).toEqual([]);
});

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

it('reads options from the environment', async () => {
  const environment = { FLASK_JWT_SECRET_KEY: 'xy'.repeat(16), FLASK_JWT_TOKEN_LOCATION: 'cookies,headers', HOME: '/' };
  expect(resolveSettings(library.optionsFromFlaskConfig(environment)).tokenLocation).toEqual(['cookies', 'headers']);
});
