import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = process.cwd();

/** A tree that breaks no rule, so that an added file is the only fault. */
const sound = {
  'index.ts': `export * from './jwt.guard.js'; export * from './tokens/token-codec.js';`,
  'extra.ts': `export * from './testing/suite.js';`,
  'testing/suite.ts': `import '../stores/store.js'; import 'node:assert/strict';`,
  'jwt.guard.ts': `import '@nestjs/common'; import 'node:crypto'; export * from './types/claims.js';`,
  'tokens/token-codec.ts': `import '@nestjs/jwt'; import '../options/resolved.js'; import '../errors/exceptions.js';`,
  'options/resolved.ts': `import '../stores/store.js'; import '../types/claims.js';`,
  'stores/store.ts': `export {};`,
  'errors/exceptions.ts': `import '../types/claims.js';`,
  'types/claims.ts': `export type Claims = object;`,
};

const typeOf = (path: string) => `import type { T } from '${path}'; export type X = T;`;
const nothing = 'export type T = 1;';

/** A tree that breaks every rule. The name of each file describes its fault. */
const broken = {
  ...sound,
  'index.ts': `
    ${sound['index.ts']}
    export * from './module/imports-root.js'; export * from './access/imports-cookies.js'; export * from './openapi/imports-cookies.js'; export * from './controllers/imports-cookies.js';
    export * from './cookies/imports-routes.js'; export * from './authentication/imports-cookies.js';
    export * from './context/imports-options.js'; export * from './sessions/imports-context.js';
    export * from './tokens/imports-sessions.js'; export * from './routes/imports-transports.js';
    export * from './transports/imports-tokens.js'; export * from './jwks/imports-tokens.js';
    export * from './keys/imports-tokens.js'; export * from './options/imports-tokens.js';
    export * from './stores/imports-options.js'; export * from './errors/imports-options.js';
    export * from './types/imports-errors.js'; export * from './types/imports-root.js'; export * from './types/cycle-a.js';
    export * from './imports-barrel.js'; export * from './utils/unknown.js'; export * from './knows-jwt.js';
    export * from './knows-http.js'; export * from './undeclared.js'; export * from './optional.js'; export * from './lost.js';
    export * from './imports-testing.js';`,
  'imports-testing.ts': `import './testing/imports-cookies.js';`,
  'testing/imports-cookies.ts': typeOf('../cookies/target.js'),
  'module/imports-root.ts': typeOf('../target.js'),
  'access/imports-cookies.ts': typeOf('../cookies/target.js'),
  'openapi/imports-cookies.ts': typeOf('../cookies/target.js'),
  'controllers/imports-cookies.ts': typeOf('../cookies/target.js'),
  'cookies/imports-routes.ts': typeOf('../routes/target.js'),
  'authentication/imports-cookies.ts': typeOf('../cookies/target.js'),
  'context/imports-options.ts': typeOf('../options/target.js'),
  'sessions/imports-context.ts': typeOf('../context/target.js'),
  'tokens/imports-sessions.ts': typeOf('../sessions/target.js'),
  'routes/imports-transports.ts': typeOf('../transports/target.js'),
  'transports/imports-tokens.ts': typeOf('../tokens/target.js'),
  'jwks/imports-tokens.ts': typeOf('../tokens/target.js'),
  'keys/imports-tokens.ts': typeOf('../tokens/target.js'),
  'options/imports-tokens.ts': typeOf('../tokens/target.js'),
  'stores/imports-options.ts': typeOf('../options/target.js'),
  'errors/imports-options.ts': typeOf('../options/target.js'),
  'types/imports-errors.ts': typeOf('../errors/target.js'),
  'types/imports-root.ts': typeOf('../target.js'),
  'target.ts': nothing,
  'cookies/target.ts': nothing,
  'routes/target.ts': nothing,
  'context/target.ts': nothing,
  'sessions/target.ts': nothing,
  'transports/target.ts': nothing,
  'tokens/target.ts': nothing,
  'options/target.ts': nothing,
  'errors/target.ts': nothing,
  'types/cycle-a.ts': `import type { B } from './cycle-b.js'; export type A = B;`,
  'types/cycle-b.ts': `import type { A } from './cycle-a.js'; export type B = A;`,
  'imports-barrel.ts': `export type { T } from './index.js';`,
  'utils/unknown.ts': nothing,
  'types/dead.ts': nothing,
  'knows-jwt.ts': `export type { JwtService } from '@nestjs/jwt';`,
  'knows-http.ts': `export type { Request } from 'express'; import '@nestjs/platform-fastify';`,
  'undeclared.ts': `import 'prettier';`,
  'optional.ts': `import 'fast-check';`,
  'lost.ts': `import './nowhere.js';`,
};

/** The faults that dependency-cruiser reports for these files, as `rule: from -> to`. */
function violations(files: Record<string, string>): string[] {
  const project = mkdtempSync(join(tmpdir(), 'structure-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, 'src', path)), { recursive: true });
      writeFileSync(join(project, 'src', path), text);
    }
    for (const file of ['tsconfig.json', '.dependency-cruiser.cjs']) cpSync(join(root, file), join(project, file));
    writeFileSync(join(project, 'package.json'), packageWithASubpathAndAnOptionalPeer('fast-check'));
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    return cruise(project);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function packageWithASubpathAndAnOptionalPeer(name: string): string {
  const { exports, peerDependencies, ...rest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const subpaths = { ...exports, './extra': { import: { default: './dist/esm/extra.js' } } };
  const added = {
    exports: subpaths,
    peerDependencies: { ...peerDependencies, [name]: '*' },
    peerDependenciesMeta: { [name]: { optional: true } },
  };
  return JSON.stringify({ ...rest, ...added });
}

function cruise(project: string): string[] {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(process.execPath, [cli, '--config', '--output-type', 'json', 'src'], {
    cwd: project,
    encoding: 'utf8',
  });
  if (!run.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${run.stderr}`);
  const { summary } = JSON.parse(run.stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  const short = (path: string) => path.replace(/^src\//, '').replace(/^.*node_modules\/((@[^/]+\/)?[^/]+).*$/, '$1');
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${short(from)} -> ${short(to)}`).sort();
}

describe('the structure rules', () => {
  it('accept a tree without a fault', () => {
    expect(violations(sound)).toEqual([]);
  });

  it('each refuse their own fault, also in imports of types', () => {
    expect(violations(broken)).toEqual([
      'direction-access: access/imports-cookies.ts -> cookies/target.ts',
      'direction-authentication: authentication/imports-cookies.ts -> cookies/target.ts',
      'direction-context: context/imports-options.ts -> options/target.ts',
      'direction-controllers: controllers/imports-cookies.ts -> cookies/target.ts',
      'direction-cookies: cookies/imports-routes.ts -> routes/target.ts',
      'direction-errors: errors/imports-options.ts -> options/target.ts',
      'direction-jwks: jwks/imports-tokens.ts -> tokens/target.ts',
      'direction-keys: keys/imports-tokens.ts -> tokens/target.ts',
      'direction-module: module/imports-root.ts -> target.ts',
      'direction-openapi: openapi/imports-cookies.ts -> cookies/target.ts',
      'direction-options: options/imports-tokens.ts -> tokens/target.ts',
      'direction-routes: routes/imports-transports.ts -> transports/target.ts',
      'direction-sessions: sessions/imports-context.ts -> context/target.ts',
      'direction-stores: stores/imports-options.ts -> options/target.ts',
      'direction-testing: testing/imports-cookies.ts -> cookies/target.ts',
      'direction-tokens: tokens/imports-sessions.ts -> sessions/target.ts',
      'direction-transports: transports/imports-tokens.ts -> tokens/target.ts',
      'direction-types: types/imports-errors.ts -> errors/target.ts',
      'direction-types: types/imports-root.ts -> target.ts',
      'no-cycle: imports-barrel.ts -> index.ts',
      'no-cycle: types/cycle-a.ts -> types/cycle-b.ts',
      'no-dead-file: types/dead.ts -> types/dead.ts',
      'no-http-framework: knows-http.ts -> @nestjs/platform-fastify',
      'no-http-framework: knows-http.ts -> express',
      'no-import-of-the-barrel: imports-barrel.ts -> index.ts',
      'no-optional-package-in-the-main-entry: index.ts -> fast-check',
      'no-unknown-folder: index.ts -> utils/unknown.ts',
      'no-unresolvable: lost.ts -> ./nowhere.js',
      'one-file-knows-nestjs-jwt: knows-jwt.ts -> @nestjs/jwt',
      'only-declared-packages: knows-http.ts -> @nestjs/platform-fastify',
      'only-declared-packages: knows-http.ts -> express',
      'only-declared-packages: undeclared.ts -> prettier',
      'testing-stands-apart: index.ts -> testing/imports-cookies.ts',
    ]);
  });
});
