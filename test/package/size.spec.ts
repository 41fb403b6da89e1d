import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packedFolder } from './packed.js';

/**
 * The most that an application gets of this package, in kB (1000 bytes), minified and gzipped. `alone` is for an application that
 * imports only this entry, and `added` is for one that imports the main entry too. The peers are not counted. A larger entry needs
 * a reason, and a new number here.
 */
const BUDGETS: Readonly<Record<string, { alone: number; added: number }>> = {
  '.': { alone: 99.8, added: 0.1 },
  './testing': { alone: 96, added: 17.1 },
  './redis': { alone: 18.5, added: 15.2 },
  './sql': { alone: 18.8, added: 15.8 },
  './store': { alone: 1.1, added: 0.2 },
  './cache': { alone: 70.1, added: 0.6 },
  './microservices': { alone: 1.9, added: 1.5 },
  './auth': { alone: 89.9, added: 11 },
  './swagger': { alone: 82, added: 3.3 },
  './throttler': { alone: 70.1, added: 0.6 },
  './terminus': { alone: 70.3, added: 0.7 },
  './config': { alone: 80.5, added: 2.1 },
  './pino': { alone: 7.5, added: 0.7 },
};

/** What most applications import, and the most that a bundler keeps of it, in the same unit. */
const USUAL_NAMES = ['JwtExtendedModule', 'JwtRequired', 'JwtGuard', 'TokenService', 'CurrentUser', 'Jwt'];
const USUAL_BUDGET = 90;

/** Each file of the package takes about a millisecond when an application starts. */
const MOST_FILES = 7;

const { exports, peerDependencies } = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  exports: Record<string, { import?: { default: string } }>;
  peerDependencies: object;
};
const entries = Object.entries(exports).flatMap(([subpath, { import: targets }]) =>
  targets === undefined ? [] : [{ subpath, file: join(packedFolder, targets.default) }],
);

interface Esbuild {
  build(options: object): Promise<{
    outputFiles: readonly { contents: Uint8Array }[];
    metafile: { outputs: Record<string, { inputs: object }> };
  }>;
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

interface Bundled {
  /** In kB, rounded up to a tenth. */
  readonly size: number;
  /** The files of this package, without those that the bundler left out. */
  readonly files: readonly string[];
}

async function bundle(contents: string): Promise<Bundled> {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents, resolveDir: packedFolder },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // The unpacked tarball has no packages of its own.
    nodePaths: [resolve('artifacts/esbuild/node_modules')],
    external: Object.keys(peerDependencies).flatMap((name) => [name, `${name}/*`]),
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.keys(output?.inputs ?? {}).filter((file) => resolve(file).startsWith(packedFolder));
  return { size: tenths(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 1000), files };
}

const tenths = (size: number): number => Math.ceil(size * 10) / 10;
/** Refuses old numbers too. They would hide that an entry has grown again. */
function expectWithin(sizes: Record<string, number>, budgets: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) {
    const budget = budgets[name] ?? 0;
    expect({ name, size, isWithin: size <= budget && size >= budget * 0.9 - 1 }).toEqual({
      name,
      size,
      isWithin: true,
    });
  }
}

const exported = (file: string, index: number): string => `export * as entry${index} from ${JSON.stringify(file)};`;
const fileOf = (subpath: string): string => entries.find((entry) => entry.subpath === subpath)?.file ?? '';

describe('the size of an entry', () => {
  it('has a budget for each', () => {
    expect(Object.keys(BUDGETS).sort()).toEqual(entries.map(({ subpath }) => subpath).sort());
  });

  it.each(entries)('of $subpath is within its budget', async ({ subpath, file }) => {
    const main = await bundle(exported(fileOf('.'), 0));
    const { size: alone } = await bundle(exported(file, 0));
    const { size: both } = await bundle([fileOf('.'), file].map(exported).join(''));
    expectWithin({ alone, added: tenths(both - main.size) }, BUDGETS[subpath] ?? {});
  });

  it('is smaller for an application with the usual names, because a bundler leaves out the rest', async () => {
    const { size, files } = await bundle(`export { ${USUAL_NAMES.join(', ')} } from ${JSON.stringify(fileOf('.'))};`);
    expect(files.filter((file) => file.endsWith('seldom-used.js'))).toEqual([]);
    expectWithin({ size }, { size: USUAL_BUDGET });
  });

  it('is in few files, because an application loads each of them when it starts', async () => {
    const { files } = await bundle(exported(fileOf('.'), 0));
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
  });

  it('is in ASCII files, because V8 needs two bytes for each character of other files', () => {
    const isOther = (file: string) => /[^\0-\x7f]/.test(readFileSync(file, 'utf8'));
    for (const format of ['esm', 'cjs']) {
      const folder = join(packedFolder, 'dist', format);
      const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
      expect(files).toContain('index.js');
      expect(files.filter((name) => isOther(join(folder, name)))).toEqual([]);
    }
  });
});
