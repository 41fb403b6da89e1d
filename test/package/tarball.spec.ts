import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packedFolder, packedTarball } from './packed.js';

const files = readdirSync(packedFolder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(packedFolder, join(entry.parentPath, entry.name)));
const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8'));

describe('the tarball', () => {
  it('holds the build, the migrations and four pages, nothing else', () => {
    const built = /^dist\/(esm|cjs)\/(package\.json|.+\.(js|js\.map|d\.ts))$/;
    expect(files.filter((file) => !built.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'migrations/mysql.sql',
      'migrations/postgres.sql',
      'migrations/sqlite.sql',
      'package.json',
    ]);
  });

  it('holds the same files for import and require', () => {
    const of = (format: string) =>
      files
        .filter((file) => file.startsWith(`dist/${format}/`))
        .map((file) => file.replace(/^dist\/\w+\//, ''))
        .sort();
    expect(of('esm')).toEqual(of('cjs'));
    expect(of('esm')).toContain('index.d.ts');
  });

  it('makes nobody run a script on install', () => {
    const onInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(manifest.scripts).filter((script) => onInstall.includes(script))).toEqual([]);
  });

  it('passes publint', async () => {
    const { messages } = await publint({ pack: { tarball: tarballData().buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('has the right types for every way of resolving it', async () => {
    const { problems } = await analysed();
    expect(problems).toEqual([]);
  });
});

function tarballData(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(packedTarball));
}

async function analysed() {
  const analysis = await checkPackage(createPackageFromTarballData(tarballData()), { excludeEntrypoints: [/\.sql$/] });
  if (!analysis.types) throw new Error('the tarball has no types');
  return analysis;
}
