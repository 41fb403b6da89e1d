import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { faultsOf, linksOf } from '../docs/links.js';
import { packedFolder, packedTarball } from './packed.js';

const files = readdirSync(packedFolder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(packedFolder, join(entry.parentPath, entry.name)));
const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8'));

describe('the tarball', () => {
  it('contains only the build, the command, the schematics, the migrations, the documentation, and the tests that README.md links to', () => {
    const built = /^dist\/(esm|cjs)\/(package\.json|.+\.(js|js\.map|d\.ts))$/;
    const documentation = /^(docs\/.+\.(md|svg)|examples\/(README\.md|\d\d-[\w-]+\/[\w.-]+\.ts)|test\/.+\.spec\.ts)$/;
    expect(files.filter((file) => !built.test(file) && !documentation.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/command.js',
      'dist/schematics/nest-add.cjs',
      'migrations/mysql-notes.sql',
      'migrations/mysql.sql',
      'migrations/postgres-notes.sql',
      'migrations/postgres.sql',
      'migrations/sqlite-notes.sql',
      'migrations/sqlite.sql',
      'package.json',
      'schematics/collection.json',
      'schematics/files/src/auth/auth.module.ts',
      'schematics/files/src/auth/environment.ts',
      'schematics/files/src/auth/users.module.ts',
      'schematics/files/src/auth/users.service.spec.ts',
      'schematics/files/src/auth/users.service.ts',
      'schematics/files/src/openapi.ts',
      'schematics/files/test/auth.e2e-spec.ts',
      'schematics/schema.json',
    ]);
  });

  it.each(files.filter((file) => file.endsWith('.md')))('%s links only to files of the package', (page) => {
    expect(faultsOf(page, packedFolder)).toEqual([]);
  });

  it('contains no test that no page links to', () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    const linked = pages.flatMap((page) =>
      linksOf(readFileSync(join(packedFolder, page), 'utf8')).map((target) => join(dirname(page), target)),
    );
    expect(files.filter((file) => file.startsWith('test/') && !linked.includes(file))).toEqual([]);
  });

  it('contains the same files for import and require', () => {
    const of = (format: string) =>
      files
        .filter((file) => file.startsWith(`dist/${format}/`))
        .map((file) => file.replace(/^dist\/\w+\//, ''))
        .sort();
    expect(of('esm')).toEqual(of('cjs'));
    expect(of('esm')).toContain('index.d.ts');
  });

  it('contains the same declarations for import and require', () => {
    const declarations = files.filter((file) => /^dist\/esm\/.+\.d\.ts$/.test(file));
    const text = (file: string) => readFileSync(join(packedFolder, file), 'utf8');
    const differing = declarations.filter((file) => text(file) !== text(file.replace('/esm/', '/cjs/')));
    expect(differing).toEqual([]);
  });

  it('explains how to report a vulnerability, and when the report is answered', () => {
    const page = readFileSync(join(packedFolder, 'SECURITY.md'), 'utf8');
    expect(page).toMatch(/^## Reporting$/m);
    expect(page).toMatch(/^\| 3 days +\| confirm/m);
  });

  it('can be published only with provenance', () => {
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('runs no script on install', () => {
    const onInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(manifest.scripts).filter((script) => onInstall.includes(script))).toEqual([]);
  });

  it('passes publint', async () => {
    const { messages } = await publint({ pack: { tarball: tarballData().buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('passes are-the-types-wrong with its defaults', () => {
    const attw = join(import.meta.dirname, '../../node_modules/.bin/attw');
    const { status, stdout } = spawnSync(attw, [packedTarball], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
  });
});

function tarballData(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(packedTarball));
}
