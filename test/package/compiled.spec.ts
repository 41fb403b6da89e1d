import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PAGES, readPage } from '../docs/page.js';
import { packedFolder, packedTarball } from './packed.js';

const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0'];
/** The fixtures whose dependencies a consumer installs, and the module resolution of its sources. */
const CONSUMERS = { 'nest11-commonjs': ['nodenext', 'node10'], 'nest12-esm': ['nodenext', 'bundler'] } as const;
/** The other packages that the examples import. */
const EXAMPLES = {
  '@types/express': '^5.0.0',
  '@types/jest': '^30.0.0',
  '@types/node': '^20.19.0',
  '@types/pg': '^8.0.0',
  redis: '^5.0.0',
  'socket.io-client': '^4.8.0',
};

/** Top-level `await`, and a method that the application has in Nest 12 only. */
const needsModule = /^(const \w+ = )?await |enableCsrfProtection/m;

const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  exports: Record<string, { import?: object }>;
};
const subpaths = Object.entries(manifest.exports).filter(([, targets]) => targets.import !== undefined);
const entries = subpaths.map(([subpath]) => join('nestjs-jwt-extended', subpath));

// The folder remains between runs, because seven versions of TypeScript have 200 MB.
const folder = resolve('artifacts/compiled');

function install(name: string, manifest: object, ...packages: string[]): string {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: `compiled-${name}`, private: true, ...manifest }),
  );
  const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', ...packages];
  const { status, stderr } = spawnSync('npm', npm, { cwd: project, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return project;
}

/** The code of README.md and of each page of docs, because users copy it, an import of each entry, and the type tests. */
function writeSources(project: string, isModule: boolean): void {
  rmSync(join(project, 'sources'), { recursive: true, force: true });
  for (const page of PAGES) {
    for (const { language, code, marker } of readPage(page).blocks) {
      const [, file] = /^\/\/ (\S+\.ts)\n/.exec(code) ?? [];
      if (language !== 'ts' || file === undefined || marker !== undefined) continue;
      if (isModule || !needsModule.test(code)) write(join(project, 'sources', page.replace(/\W/g, '-'), file), code);
    }
  }
  const imports = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`);
  write(join(project, 'sources/entries.ts'), imports.join(''));
  write(join(project, 'sources/define-jwt.ts'), readFileSync('test/types/define-jwt.ts', 'utf8'));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const compilers = Object.fromEntries(
  VERSIONS.map((version) => [`typescript-${version}`, `npm:typescript@~${version}.0`]),
);
let compilerFolder: string;
beforeAll(() => {
  compilerFolder = install('compilers', { dependencies: compilers });
});

describe.each(Object.entries(CONSUMERS))(
  'the examples of README.md and docs, and the declarations, in %s',
  (name, resolutions) => {
    let project: string;
    beforeAll(() => {
      const fixture = readFileSync(join(import.meta.dirname, name, 'package.json'), 'utf8');
      const { dependencies } = JSON.parse(fixture) as { dependencies: Record<string, string> };
      const nest = { ...dependencies, '@nestjs/testing': dependencies['@nestjs/core'] };
      const isModule = name === 'nest12-esm';
      const major = isModule ? '^12.0.0' : '^11.0.0';
      const neighbours = {
        '@nestjs/graphql': isModule ? '^14.0.0' : '^13.0.0',
        graphql: '^16.0.0',
        '@nestjs/microservices': major,
        '@nestjs/swagger': major,
        '@nestjs/websockets': major,
      };
      project = install(
        name,
        { type: isModule ? 'module' : 'commonjs', dependencies: { ...nest, ...neighbours, ...EXAMPLES } },
        packedTarball,
      );
      writeSources(project, isModule);
    });

    it.each(VERSIONS)('compile under TypeScript %s', (version) => {
      const script = join(import.meta.dirname, 'compile.mjs');
      const compiler = join(compilerFolder, 'node_modules', `typescript-${version}`);
      const args = [script, compiler, project, resolutions.join()];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      expect(JSON.parse(stdout)).toEqual([]);
    });
  },
);
