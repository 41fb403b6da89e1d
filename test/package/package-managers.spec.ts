import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileConsumer, FORMATS } from './matrix/compile-consumer.js';
import { packedTarball } from './packed.js';

/** A package manager other than npm, and how it lays out the packages. */
interface Manager {
  readonly name: string;
  /** Its package on the registry, and its program in there. */
  readonly from: string;
  readonly program: string;
  /** The files that configure the project. */
  readonly files: Readonly<Record<string, string>>;
  /** What Node needs to find the packages. */
  readonly node: readonly string[];
  /** Where Nest itself does not run. */
  readonly without?: { readonly nest: string; readonly file: string };
}

const YARN = { from: '@yarnpkg/cli-dist@4', program: '@yarnpkg/cli-dist/bin/yarn.js', 'yarn.lock': '' };
// A mirror of a registry can be slow, and telemetry has no use here.
const YARN_SETTINGS = 'enableTelemetry: false\nenableImmutableInstalls: false\nenableGlobalCache: true\n';

/** What @nestjs/platform-express imports and does not declare. Without this line Nest itself does not run. */
const OF_NEST = 'packageExtensions:\n  "@nestjs/platform-express@*":\n    peerDependencies:\n      rxjs: "*"\n';

const MANAGERS: readonly Manager[] = [
  {
    name: 'pnpm, where a package finds only what it declares',
    from: 'pnpm@10',
    program: 'pnpm/bin/pnpm.cjs',
    files: {
      '.npmrc': 'hoist=false\nstrict-peer-dependencies=true\nauto-install-peers=false\nfrozen-lockfile=false\n',
    },
    node: [],
  },
  {
    name: 'Yarn with node_modules',
    ...YARN,
    files: { '.yarnrc.yml': `${YARN_SETTINGS}nodeLinker: node-modules\n`, 'yarn.lock': '' },
    node: [],
  },
  {
    name: "Yarn with Plug'n'Play",
    ...YARN,
    files: { '.yarnrc.yml': `${YARN_SETTINGS}nodeLinker: pnp\npnpFallbackMode: none\n${OF_NEST}`, 'yarn.lock': '' },
    node: ['--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs'],
    // The loader of Yarn is not asked when CommonJS code requires the ES modules of Nest 12.
    without: { nest: '12', file: FORMATS.commonjs },
  },
];

/** The newest versions of Nest 11 and 12, and of the packages of each. */
const NEST = [
  { nest: '11', jwt: '11' },
  { nest: '12', jwt: '12' },
];

function run(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** The program of a package manager. It remains between runs. */
function programOf({ from, program }: Manager): string {
  const folder = resolve('artifacts/package-managers');
  const path = join(folder, 'node_modules', program);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', from];
  const { status, stderr } = spawnSync('npm', npm, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path;
}

describe.each(MANAGERS)('installed with $name', (manager) => {
  describe.each(NEST)('on Nest $nest', ({ nest, jwt }) => {
    const folder = mkdtempSync(join(tmpdir(), 'manager-'));

    beforeAll(() => {
      const ofNest = ['common', 'core', 'platform-express', 'platform-fastify'].map((part) => `@nestjs/${part}`);
      const dependencies = {
        ...Object.fromEntries(ofNest.map((name) => [name, `^${nest}.0.1`])),
        '@nestjs/jwt': `^${jwt}.0.1`,
        'nestjs-jwt-extended': `file:${packedTarball}`,
        'reflect-metadata': '^0.2.2',
        rxjs: '^7.8.2',
      };
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, dependencies }));
      for (const [file, text] of Object.entries(manager.files)) writeFileSync(join(folder, file), text);
      run([programOf(manager), 'install'], folder);
      compileConsumer(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const { without } = manager;
    const formats = Object.entries(FORMATS).filter(([, file]) => !(without?.nest === nest && without.file === file));

    it.each(formats)('an application runs as %s, on Express and on Fastify', (_format, file) => {
      run([...manager.node, '--no-warnings', file], folder);
    });

    it('has the command', () => {
      const program = [programOf(manager), 'exec', 'nestjs-jwt-extended', 'secret'];
      expect(run(program, folder)).toMatch(/^[0-9a-f]{128}$/m);
    });
  });
});
