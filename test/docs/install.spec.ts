import { readFileSync } from 'node:fs';
import { quoted, readPage, rowsOf } from './page.js';

const PAGE = 'docs/guide/install.md';
const { text, blocks } = readPage(PAGE);

interface Manifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (path: string) => JSON.parse(readFileSync(`${path}package.json`, 'utf8')) as Manifest;
const installed = (name: string) => manifestOf(`node_modules/${name}/`);
const own = manifestOf('');

it('names the versions of Node that the package accepts', () => {
  expect(text).toContain(`\`${own.engines?.node}\``);
});

it('installs packages that the first tutorial installs too, where a test runs the command', () => {
  const command = blocks.find(({ language }) => language === 'sh')?.code.trim() ?? '';
  const tutorial = readFileSync('docs/tutorials/first-api.md', 'utf8');
  const [line = ''] = /npm install @nestjs.*/.exec(tutorial) ?? [];
  expect(command).toMatch(/^npm install /);
  expect(line.split(' ')).toEqual(expect.arrayContaining(command.split(' ')));
});

it('has a command for each version of Nest', () => {
  const rows = rowsOf(PAGE, ['Nest', 'command']);
  const ranges = own.peerDependencies?.['@nestjs/core']?.match(/\d+/g)?.filter((part) => part !== '0') ?? [];
  expect(rows.map(([nest]) => nest)).toEqual([...new Set(ranges)].reverse());
  for (const [nest = '', command = ''] of rows.slice(1)) expect(command).toContain(`@nestjs/jwt@${nest}`);
});

describe('the warning of npm', () => {
  const warning = blocks.find(({ language }) => language === 'text')?.code ?? '';

  it('is that of an installed package', () => {
    const [, name = '', version] = /'([^']+)@([\d.]+)'/.exec(warning) ?? [];
    const manifest = installed(name);
    expect(version).toBe(manifest.version);
    expect(warning).toContain(`required: { node: '${manifest.engines?.node}' }`);
  });

  it.each([
    ['file-type', '@nestjs/common'],
    ['@nestjs/schematics', '@nestjs/cli'],
    ['commander', '@nestjs/cli'],
    ['@angular-devkit/schematics', '@nestjs/cli'],
  ])('for %s comes from a package of Nest, and not from this one', (name, from) => {
    expect(Object.keys(installed(from).dependencies ?? {})).toContain(name);
    expect(Object.keys(own.dependencies ?? {})).not.toContain(name);
    const row = rowsOf(PAGE, ['package in the warning', 'comes from', 'what it means on Node 20']).find(([, cell]) =>
      quoted(cell).includes(from),
    );
    const named = quoted(row?.[0]).map((pattern) => pattern.replace('*', 'schematics'));
    expect(named).toContain(name);
  });
});
