import { readFileSync } from 'node:fs';
import { addEnvironment } from './env-files.js';
import { hasOpenApi, missingPackages, readProject, type Manifest, type Project } from './project.js';
import { withCall, withModule, type NewImport } from './source-edit.js';
import { textOf, write, type NestAddOptions, type ProjectTree, type RuleContext } from './tree.js';

/** The files of the package, which have the form of an ES module under Jest. */
const FILES = new URL('../../schematics/files/', import.meta.url);

const SOURCES = [
  'auth/auth.module.ts',
  'auth/environment.ts',
  'auth/users.module.ts',
  'auth/users.service.ts',
  'auth/users.service.spec.ts',
] as const;

const VITEST = { afterAll: 1, beforeAll: 1, describe: 1, expect: 1, it: 1 };

/**
 * The rule of `nest add nestjs-jwt-extended`. It adds a log-in with its users, a secret, an e2e test and an OpenAPI page. It
 * overwrites no file.
 */
export function nestAdd(options: NestAddOptions): (tree: ProjectTree, context: RuleContext) => void {
  return (tree, context) => {
    const root = `/${(options.sourceRoot ?? 'src').replace(/^\/+|\/+$/g, '')}`;
    const project = readProject(tree, root);
    const openapi = options.skipOpenapi !== true && hasOpenApi(project);
    const files = filesFor(project, root, openapi);
    refuseExisting(tree, Object.keys(files));
    for (const [path, content] of Object.entries(files)) tree.create(path, content);
    const suffix = project.isModule ? '.js' : '';
    const auth = { name: 'AuthModule', from: `./auth/auth.module${suffix}` };
    edit(tree, context, { path: `${root}/app.module.ts`, added: auth, by: withModule, to: 'the imports of AppModule' });
    if (openapi) {
      const page = { name: 'setUpOpenApi', from: `./openapi${suffix}` };
      edit(tree, context, {
        path: `${root}/main.ts`,
        added: page,
        by: withCall,
        to: 'main.ts, as setUpOpenApi(app) before app.listen()',
      });
    }
    if (options.skipEnv !== true) addEnvironment(tree, context);
    addPackages(tree, context, { project, openapi, isInstalled: options.skipInstall !== true });
    explain(context, options, openapi);
  };
}

function filesFor(project: Project, root: string, openapi: boolean): Record<string, string> {
  const sources = openapi ? [...SOURCES, 'openapi.ts'] : SOURCES;
  const entries = sources.map((file) => [`${root}/${file}`, contentOf(`src/${file}`, project)] as const);
  // The folder of the tests stands next to the one of the sources, also in a monorepo.
  const tests = root.replace(/[^/]+$/, 'test');
  const test = contentOf('test/auth.e2e-spec.ts', project).replaceAll('../src/', `../${root.split('/').at(-1)}/`);
  return { ...Object.fromEntries(entries), [`${tests}/auth.e2e-spec.ts`]: test };
}

/** A file in the form of the project: the suffix of imports, the test runner, the HTTP adapter. */
function contentOf(file: string, { isModule, usesVitest, usesFastify }: Project): string {
  let text = readFileSync(new URL(file, FILES), 'utf8');
  if (usesVitest && file.endsWith('spec.ts')) {
    const used = Object.keys(VITEST).filter((name) => new RegExp(`\\b${name}\\(`).test(text));
    text = `import { ${used.join(', ')} } from 'vitest';\n${text}`;
  }
  if (usesFastify && text.includes('createNestApplication()')) {
    text = text
      .replace('import { Test }', "import { FastifyAdapter } from '@nestjs/platform-fastify';\nimport { Test }")
      .replace('createNestApplication()', 'createNestApplication(new FastifyAdapter())');
  }
  return isModule ? text : text.replace(/(from '\.[^']*)\.js'/g, "$1'");
}

function refuseExisting(tree: ProjectTree, paths: readonly string[]): void {
  const existing = paths.find((path) => tree.exists(path));
  if (existing === undefined) return;
  throw new Error(`${existing.slice(1)} exists. Nothing was changed. Move it, and run the command again.`);
}

interface Edit {
  readonly path: string;
  readonly added: NewImport;
  readonly by: (source: string, added: NewImport) => string | null;
  /** Where a person adds it. */
  readonly to: string;
}

function edit(tree: ProjectTree, { logger }: RuleContext, { path, added, by, to }: Edit): void {
  const source = textOf(tree, path);
  const changed = source === null ? null : by(source, added);
  if (changed !== null) tree.overwrite(path, changed);
  else logger.warn(`${path.slice(1)} has a form that is not known. Add ${added.name} from '${added.from}' to ${to}.`);
}

interface Packages {
  readonly project: Project;
  readonly openapi: boolean;
  readonly isInstalled: boolean;
}

function addPackages(tree: ProjectTree, context: RuleContext, { project, openapi, isInstalled }: Packages): void {
  const missing = missingPackages(project, { openapi });
  if (Object.keys(missing).length === 0) return;
  const path = '/package.json';
  const text = textOf(tree, path) ?? '{}';
  const manifest = JSON.parse(text) as Manifest;
  const dependencies = Object.entries({ ...manifest.dependencies, ...missing });
  manifest.dependencies = Object.fromEntries(dependencies.sort(([one], [other]) => (one < other ? -1 : 1)));
  write(tree, path, `${JSON.stringify(manifest, null, /^([ \t]+)"/m.exec(text)?.[1] ?? 2)}\n`);
  if (!isInstalled) return;
  const options = { command: 'install', packageManager: project.packageManager, quiet: true, hideOutput: true };
  context.addTask({ toConfiguration: () => ({ name: 'node-package', options }) });
}

function explain({ logger }: RuleContext, { skipEnv }: NestAddOptions, openapi: boolean): void {
  const lines = [
    'POST /auth returns a token for a name and a password. @JwtRequired() protects a handler.',
    ...(skipEnv === true
      ? ['Set JWT_SECRET_KEY: npx nestjs-jwt-extended secret']
      : ['.env has the secret, and the first user with its password. Do not commit it.']),
    ...(openapi ? ['The OpenAPI page is at /api.'] : []),
    'Replace UsersService, which has its users in memory, with your database.',
  ];
  for (const line of lines) logger.info(line);
}
