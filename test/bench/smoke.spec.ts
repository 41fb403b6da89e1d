import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerBuild } from '../support/worker-build.js';

interface Cell {
  median: number;
  skipped?: string;
}
interface Table {
  title: string;
  columns: string[];
  rows: { name: string; cells: Record<string, Cell> }[];
  notes?: string[];
}

let build: WorkerBuild;
let folder: string;

beforeAll(async () => {
  build = await WorkerBuild.make();
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
});

afterAll(() => {
  build.remove();
  rmSync(folder, { recursive: true });
});

interface Result {
  group: string;
  tables: Table[];
}

/** The groups whose tables are in docs/operations/scaling.md. */
const GROUPS_OF_SCALING = ['scale', 'rotations', 'push'];

/** The rows name the size of the run. */
const withoutNumbers = (text: string) => text.replace(/\d[\d,]*/g, 'N');

/** The first cells of the tables of a page, and the headings of their other columns. */
function shapesOf(page: string) {
  const lines = [...page.matchAll(/^\|(.*)\|$/gm)].map(([, line = '']) => line.split('|').map((cell) => cell.trim()));
  const headings = lines.filter(([first]) => first === '').map(([, ...columns]) => columns);
  const names = lines.map(([first = '']) => withoutNumbers(first));
  return { headings, names };
}

function bench(...groups: string[]): Result[] {
  const file = join(folder, 'report.json');
  const env = { ...process.env, BENCH_LIBRARY: build.library };
  const run = spawnSync(process.execPath, ['bench/run.mjs', ...groups, '--smoke', '--json', file], {
    encoding: 'utf8',
    env,
  });
  expect(run.stderr).toBe('');
  return (JSON.parse(readFileSync(file, 'utf8')) as { results: Result[] }).results;
}

let results: Result[];

it('measures every group', () => {
  results = bench();
  const tables = results.flatMap(({ tables: own }) => own);
  expect(tables.length).toBeGreaterThan(20);
  for (const { title, rows } of tables) {
    for (const { name, cells } of rows) {
      const figures = Object.values(cells).filter((cell) => cell !== undefined && !cell.skipped);
      expect({ title, name, wrong: figures.filter(({ median }) => typeof median !== 'number') }).toEqual({
        title,
        name,
        wrong: [],
      });
    }
  }
  const ours = tables.filter(({ rows }) => rows.some(({ name }) => /nestjs-jwt-extended|RevocationStore/.test(name)));
  expect(ours.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      'guard alone, HS256',
      'HTTP, express, HS256, 1,000 tokens in turn',
      'HTTP, fastify, HS256, 1,000 tokens in turn',
      'revocation stores',
    ]),
  );
}, 500_000);

it.each(GROUPS_OF_SCALING)('measures what docs/operations/scaling.md shows: %s', (group) => {
  const page = readFileSync('docs/operations/scaling.md', 'utf8');
  const part = page.split(`<!-- ${group}:begin -->`)[1]?.split(`<!-- ${group}:end -->`)[0] ?? '';
  const { headings, names } = shapesOf(part);
  const tables = results.filter((result) => result.group === group).flatMap(({ tables: own }) => own);
  expect(headings).toEqual(tables.map(({ columns }) => columns));
  // A server that is not installed here has no row in the other tables.
  const measured = tables.flatMap(({ rows }) => rows.map(({ name }) => withoutNumbers(name)));
  expect(measured.length).toBeGreaterThan(0);
  expect(names).toEqual(expect.arrayContaining(measured));
});

it('measures the stores that --only names', () => {
  const named = bench('stores', '--only', 'memory').flatMap(({ tables }) => tables.flatMap(({ rows }) => rows));
  expect(named.map(({ name }) => name)).toEqual(['MemoryRevocationStore', 'MemoryRevocationStore']);
});

it('refuses an unknown group and lists the known ones', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bench/run.mjs', 'nothing'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('The group "nothing" does not exist. Known: codec, guard, transports, http,');
});
