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

function bench(...groups: string[]): Table[] {
  const file = join(folder, 'report.json');
  const env = { ...process.env, BENCH_LIBRARY: build.library };
  const run = spawnSync(process.execPath, ['bench/run.mjs', ...groups, '--smoke', '--json', file], {
    encoding: 'utf8',
    env,
  });
  expect(run.stderr).toBe('');
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: { tables: Table[] }[] };
  return results.flatMap(({ tables }) => tables);
}

it('measures every group', () => {
  const tables = bench();
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
}, 300_000);

it('refuses an unknown group and lists the known ones', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bench/run.mjs', 'nothing'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('The group "nothing" does not exist. Known: codec, guard, transports, http,');
});
