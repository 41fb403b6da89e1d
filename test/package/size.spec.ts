import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packedFolder } from './packed.js';

/**
 * The most that an application which imports one entry gets of this package, in kB (1000 bytes), minified and gzipped. The peers
 * are not counted. A larger entry needs a reason, and a new number here.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  '.': 104,
  './testing': 72,
  './redis': 16,
  './sql': 16.5,
  './store': 1,
  './cache': 13,
  './microservices': 2.5,
  './auth': 70,
  './swagger': 16,
  './throttler': 12.5,
  './terminus': 29,
  './config': 30,
  './pino': 7,
};

const { exports, peerDependencies } = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  exports: Record<string, { import?: { default: string } }>;
  peerDependencies: object;
};
const entries = Object.entries(exports).flatMap(([subpath, { import: targets }]) =>
  targets === undefined ? [] : [{ subpath, file: join(packedFolder, targets.default) }],
);

interface Esbuild {
  build(options: object): Promise<{ outputFiles: readonly { contents: Uint8Array }[] }>;
}

/** The bundler that the consumers of test/package use. It remains between runs. */
function installEsbuild(): Esbuild {
  const folder = resolve('artifacts/esbuild');
  const isInstalled = existsSync(join(folder, 'node_modules/esbuild'));
  if (!isInstalled) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', 'esbuild@^0.28.0', 'cookie@^1.1.1'];
    const { status, stderr } = spawnSync('npm', npm, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
  return createRequire(join(folder, 'package.json'))('esbuild') as Esbuild;
}

let esbuild: Esbuild;
beforeAll(() => {
  esbuild = installEsbuild();
});

/** In kB, rounded up to a tenth. */
async function sizeOf(file: string): Promise<number> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // The unpacked tarball has no packages of its own.
    nodePaths: [resolve('artifacts/esbuild/node_modules')],
    external: Object.keys(peerDependencies).flatMap((name) => [name, `${name}/*`]),
  });
  return Math.ceil(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 100) / 10;
}

describe('the size of an entry', () => {
  it('has a budget for each', () => {
    expect(Object.keys(BUDGETS).sort()).toEqual(entries.map(({ subpath }) => subpath).sort());
  });

  it.each(entries)('of $subpath is within its budget', async ({ subpath, file }) => {
    const size = await sizeOf(file);
    const budget = BUDGETS[subpath] ?? 0;
    expect(size).toBeLessThanOrEqual(budget);
    // An old number would hide that an entry has grown again.
    expect({ subpath, size, isFar: size < budget * 0.8 - 1 }).toEqual({ subpath, size, isFar: false });
  });
});
