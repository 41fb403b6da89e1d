import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exampleNames } from '../examples/example.js';
import { SECRET } from '../support/forge.js';
import { migratePostgres } from '../support/migrations.js';
import { describeWithPostgres, PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { compile } from '../support/worker-build.js';
import { writeBlocks } from './example-project.js';
import { codeBlocksOf, PAGES, type CodeBlock } from './page.js';

/** Code that opens a client of a database. */
const OPENS = /create(Client|ClientPool|Cluster|Sentinel|Pool)\(|new (\w+\.)?(Pool|Redis|Cluster|Database)\(/;

/** How long a process may take to end after `app.close()`, in milliseconds. */
const LIMIT = 5_000;

/** The code that starts an application as `app`, and the servers that it may use: all of them by default. */
interface Recipe {
  readonly start: string;
  readonly user?: string;
  readonly only?: 'REDIS_URL' | 'DATABASE_URL';
}

interface Page {
  readonly folder: string;
  readonly blocks: readonly CodeBlock[];
  readonly recipes: [string, Recipe][];
}

const application = (module: string) =>
  `const app = await NestFactory.createApplicationContext(${module}, { logger: false });`;

/** A recipe exports a function that returns the module, or a store. */
const importOf = (kind: string, exported: string) =>
  kind === 'const'
    ? `JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY, revocation: { store: ${exported} } })`
    : `await ${exported}()`;

function pageOf(page: string, index: number): Page {
  const folder = `page${index}`;
  const blocks = codeBlocksOf(readFileSync(page, 'utf8'));
  const opening = blocks.filter(
    ({ language, code, marker }) => language === 'ts' && marker === undefined && OPENS.test(code),
  );
  const recipes = opening.map(({ code }): [string, Recipe] => {
    const file = /^\/\/ (\S+)\.ts\n/.exec(code)?.[1] ?? '';
    const [, kind = '', exported = ''] = /export (class|function|async function|const) (\w+)/.exec(code) ?? [];
    const module = kind === 'class' ? exported : `{ module: class {}, imports: [${importOf(kind, exported)}] }`;
    const start = `const { ${exported} } = await import('./${folder}/${file}.js'); ${application(module)}`;
    return [`${page}: ${file}`, { start }];
  });
  return { folder, blocks, recipes };
}

// A tutorial changes its files step by step. The package tests run it.
const pages = PAGES.filter((page) => !page.startsWith('docs/tutorials/'))
  .map(pageOf)
  .filter(({ recipes }) => recipes.length > 0);

const examples = exampleNames().filter((name) => OPENS.test(readFileSync(`examples/${name}/main.ts`, 'utf8')));

const sample = {
  start: `const { AppModule } = await import('./sample/app.module.js'); ${application('AppModule')}`,
  user: `{ id: '1', username: 'alice', role: 'admin' }`,
};

const recipes: [string, Recipe][] = [
  ...pages.flatMap((page) => page.recipes),
  ...examples.map((name): [string, Recipe] => [
    `examples/${name}`,
    { start: `const { app } = await import('./examples/${name}/main.js');` },
  ]),
  ['the sample with REDIS_URL', { ...sample, only: 'REDIS_URL' }],
  ['the sample with DATABASE_URL', { ...sample, only: 'DATABASE_URL' }],
];

/** Closes the application after a log-in. The process prints how long it lives after that. */
const programOf = ({ start, user = `'alice'` }: Recipe) => `
  import 'reflect-metadata';
  import { NestFactory } from '@nestjs/core';
  import { JwtExtendedModule, TokenService } from 'nestjs-jwt-extended';
  ${start}
  await app.get(TokenService, { strict: false }).createTokenPair(${user});
  await app.close();
  const closed = performance.now();
  setTimeout(() => console.log('open:', process.getActiveResourcesInfo()), ${LIMIT}).unref();
  process.once('exit', () => console.log('ended after', performance.now() - closed));
`;

/** Compiles everything once, with the library in `node_modules`. */
async function build(folder: string): Promise<void> {
  // Without a package.json of its own, the folder would find the library in dist/.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const library = join(folder, 'node_modules', 'nestjs-jwt-extended');
  await compile('src', library, { exports: { '.': './index.js', './*': './*.js' } });
  await compile('sample/src', join(folder, 'sample'), {});
  for (const name of examples) await compile(join('examples', name), join(folder, 'examples', name), {});
  symlinkSync(resolve('migrations'), join(folder, 'migrations'));
  for (const { folder: name, blocks } of pages) {
    writeBlocks(join(folder, 'pages', name), blocks);
    await compile(join(folder, 'pages', name), join(folder, name), {});
  }
}

describeWithPostgres('A process with a client of a database ends after app.close()', () => {
  let urls: Record<'REDIS_URL' | 'DATABASE_URL', string>;
  let stop: () => Promise<unknown>;
  let folder: string;
  beforeAll(async () => {
    const [redis, postgres] = await Promise.all([
      RedisServer.start('--repl-diskless-sync-delay', '0'),
      PostgresServer.start(),
    ]);
    // A recipe waits for a replica.
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(redis.port));
    await until(() => redis.run('WAIT', '1', '100') === '1');
    stop = () => Promise.all([replica.stop(), redis.stop(), postgres.stop()]);
    urls = { REDIS_URL: redis.url, DATABASE_URL: postgres.url };
    await migratePostgres(postgres.url);
    mkdirSync('artifacts', { recursive: true });
    folder = mkdtempSync(resolve('artifacts/closing-'));
    await build(folder);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await stop();
  });

  it.each(recipes)('%s', async (_name, recipe) => {
    writeFileSync(join(folder, 'program.mjs'), programOf(recipe));
    const { PATH } = process.env;
    const used = recipe.only === undefined ? urls : { [recipe.only]: urls[recipe.only] };
    const env = { PATH, PORT: '0', JWT_SECRET_KEY: SECRET, ...used };
    const run = promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder, env, timeout: 60_000 });
    // A process that ends before app.close() has resolved has the status 13, and prints nothing.
    const { stdout } = await run.catch((error: { code?: unknown; stdout: string; stderr: string }) => {
      throw new Error(`status ${String(error.code)}\n${error.stdout}\n${error.stderr}`);
    });
    expect(Number(/ended after (\S+)/.exec(stdout)?.[1])).toBeLessThan(LIMIT);
  });

  it('for each kind of client', () => {
    const sources = [
      ...pages.flatMap(({ blocks }) => blocks.map(({ code }) => code)),
      ...examples.map((name) => readFileSync(`examples/${name}/main.ts`, 'utf8')),
    ].join('\n');
    for (const opens of ['createClient(', 'pg.Pool(', 'Database(']) expect(sources).toContain(opens);
  });
});
