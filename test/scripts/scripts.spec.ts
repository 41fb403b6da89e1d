import { readdirSync, readFileSync } from 'node:fs';
import { describeWithPostgres, PostgresServer } from '../support/postgres-server.js';
import { contributingCommands, scriptCommands, scriptsNamedIn } from './documented-commands.js';
import { RepositoryCopy } from './repository-copy.js';

/** Most scripts build the package first, which takes minutes on a busy machine. */
const BUILDS = 600_000;

type Run =
  /** A file that runs the command, and the text of its call. */
  | { readonly by: string; readonly call: RegExp }
  /** Runs the command on a copy of the repository, and restores the copy at the end. */
  | {
      readonly here: (copy: RepositoryCopy) => Promise<unknown>;
      readonly writes?: RegExp;
      readonly needsPostgres?: true;
    };

/** `.ci/run` calls the command, with any further arguments. */
function byCi(command: string): Run {
  const call = command.replace('npm run ', 'npm run --silent ');
  return { by: '.ci/run', call: new RegExp(`(?<=[ (])${call}(?![\\w:-])`) };
}

/** The smallest run that goes through every option of the documented runs. */
const BENCH: Run = {
  here: (copy) => copy.run('npm run bench -- codec guard --smoke --write-docs --node 22 --node 24'),
  writes: /^docs\/operations\/benchmarks(-appendix)?\.(md|svg)$/,
};

const SCALE: Run = {
  here: (copy) => copy.run('npm run bench -- scale rotations push --smoke --rows 500 --write-docs'),
  writes: /^docs\/operations\/scaling\.md$/,
};

/** The table of the page does not change: the simulation repeats itself. */
const SIMULATION: Run = { here: (copy) => copy.run('npm run simulation -- --write-docs') };

const EXAMPLE: Run = {
  async here(copy) {
    const { url, stop } = await copy.serve('npm run example 01-another-path', { PORT: '0' });
    const answer = await fetch(`${url}/protected`, { headers: { Connection: 'close' } });
    await stop();
    expect(answer.status).toBe(401);
    await expect(fetch(url)).rejects.toThrow();
  },
};

const RUN_BY_CI = [
  'npm ci',
  'npm test',
  'npm run build',
  'npm run build:sample',
  'npm run docs:build',
  'npm run lint',
  'npm run format:check',
  'npm run typecheck',
  'npm run structure',
  'npm run test:attacks',
  'npm run test:better-sqlite3',
  'npm run test:mutation',
  'npm run test:package',
];

/** The way in which CI runs each script and each command of CONTRIBUTING.md. A new command needs a line here. */
const RUNS: Record<string, Run> = {
  ...Object.fromEntries(RUN_BY_CI.map((command) => [command, byCi(command)])),
  'bash .ci/run': { by: '.github/workflows/ci.yml', call: /run: bash \.ci\/run$/m },
  'npm run prepack': { by: 'test/package/pack.mjs', call: /'npm', \['pack'/ },
  'npx nestjs-jwt-extended': {
    by: 'test/command/installed-command.ts',
    call: /node_modules\/\.bin\/nestjs-jwt-extended/,
  },
  'npm run test:fast': { here: (copy) => copy.run('npm run test:fast -- test/unit/types') },
  'npm test -- test/unit/options': { here: (copy) => copy.run('npm test -- test/unit/options') },
  'npm run api': { here: (copy) => copy.run('npm run api') },
  'npm run format': { here: (copy) => copy.run('npm run format') },
  'npm run docs:transports': { here: (copy) => copy.run('npm run docs:transports') },
  'npm run docs': {
    async here(copy) {
      const { url, stop } = await copy.serve('npm run docs -- --port 0');
      const page = await fetch(`${url}/guide/keys.html`, { headers: { Connection: 'close' } });
      await stop();
      expect(page.status).toBe(200);
    },
  },
  'npm run docs:code': { here: (copy) => copy.run('npm run docs:code') },
  'npm run docs:differences': { here: (copy) => copy.run('npm run docs:differences') },
  'npm run bench': BENCH,
  'npm run simulation': SIMULATION,
  'npm run simulation -- --write-docs': SIMULATION,
  'npm run bench -- guard': BENCH,
  'npm run bench -- scale': SCALE,
  'npm run bench -- rotations push': SCALE,
  'npm run bench -- --write-docs --node 22 --node 24': BENCH,
  'npm start': {
    async here(copy) {
      const { url, stop } = await copy.serve('npm start', { PORT: '0' });
      const answer = await fetch(url, { headers: { Connection: 'close' } }).then((response) => response.text());
      await stop();
      expect(answer).toContain('A sample of nestjs-jwt-extended.');
      await expect(fetch(url)).rejects.toThrow();
    },
  },
  'npm run example': EXAMPLE,
  'npm run example 01-another-path': EXAMPLE,
  'npm run migrate': {
    needsPostgres: true,
    async here(copy) {
      const server = await PostgresServer.start();
      try {
        expect(await copy.run('npm run migrate', { DATABASE_URL: server.url })).toContain('jwt_revocation');
      } finally {
        await server.stop();
      }
    },
  },
  'npm run conformance:serve': {
    async here(copy) {
      const { url, stop } = await copy.serve('npm run conformance:serve -- --port 0 --adapter fastify');
      const scenario = { name: 'one', config: { JWT_SECRET_KEY: 'st'.repeat(16) }, loaders: [] };
      const prepared = await fetch(`${url}/__scenario`, { method: 'POST', body: JSON.stringify(scenario) });
      const versions = await fetch(`${url}/__scenario`).then((answer) => answer.json());
      const refused = await fetch(`${url}/required`);
      await stop();
      expect([prepared.status, refused.status]).toEqual([200, 401]);
      expect(versions).toMatchObject({ versions: { 'nestjs-jwt-extended': expect.any(String) } });
      await expect(fetch(url)).rejects.toThrow();
    },
  },
};

/** The scripts of a new Nest application, which pages name too. */
const SCRIPTS_OF_NEST = ['npm run test:e2e'];

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
];

describe('every documented command', () => {
  const documented = [...new Set([...scriptCommands(), ...contributingCommands()])];
  let copy: RepositoryCopy;
  beforeAll(() => (copy = new RepositoryCopy()));
  afterEach(() => copy.restore());
  afterAll(() => copy.remove());

  it('is run once', () => {
    expect(Object.keys(RUNS).sort()).toEqual(documented.sort());
  });

  it.each(PAGES.filter((page) => page.endsWith('.md')))('of %s is a script', (page) => {
    expect([...scriptCommands(), ...SCRIPTS_OF_NEST]).toEqual(expect.arrayContaining(scriptsNamedIn(page)));
  });

  const ran = new Set<Run>();
  for (const [command, run] of Object.entries(RUNS)) {
    if (ran.has(run)) continue;
    ran.add(run);
    if ('by' in run) {
      it(`${command} is run by ${run.by}`, () => expect(readFileSync(run.by, 'utf8')).toMatch(run.call));
      continue;
    }
    const describeRun = run.needsPostgres ? describeWithPostgres : describe;
    describeRun(command, () => {
      it(
        'works, and adds no file to the repository',
        async () => {
          await run.here(copy);
          expect(copy.changes().filter((file) => !run.writes?.test(file))).toEqual([]);
        },
        BUILDS,
      );
    });
  }
});
