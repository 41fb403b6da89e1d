import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerBuild } from '../support/worker-build.js';

interface Cell {
  readonly median?: number;
  readonly skipped?: string;
}
interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: Readonly<Record<string, Cell | undefined>> }[];
}

const ROWS = 2_000;

let build: WorkerBuild;
let folder: string;
let output: string;
let tables: readonly Table[];

beforeAll(async () => {
  build = await WorkerBuild.make();
  folder = mkdtempSync(join(tmpdir(), 'scale-'));
  const file = join(folder, 'report.json');
  const args = ['bench/run.mjs', 'scale', '--smoke', '--rows', String(ROWS), '--json', file];
  const run = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, BENCH_LIBRARY: build.library },
  });
  output = run.stderr;
  if (run.status !== 0) throw new Error(output);
  ({
    results: [{ tables }],
  } = JSON.parse(readFileSync(file, 'utf8')) as { results: [{ tables: readonly Table[] }] });
}, 300_000);

afterAll(() => {
  build.remove();
  rmSync(folder, { recursive: true });
});

/** A server that is not installed has one cell, with the reason. */
function measuredRows({ rows }: Table) {
  return rows.filter(({ cells }) => Object.values(cells).every((cell) => cell?.skipped === undefined));
}

describe('npm run bench -- scale', () => {
  it('prints no warning', () => {
    expect(output).toBe('');
  });

  it('measures every cell of every store', () => {
    expect(tables.map(({ rows }) => rows.length > 0)).toEqual([true, true, true]);
    for (const table of tables) {
      for (const { name, cells } of measuredRows(table)) {
        // Nothing is called then: Redis removes expired keys by itself.
        const isWatched = /: nothing$|^Redis.*expired entries$/.test(name);
        const columns = isWatched ? table.columns.filter((column) => !column.startsWith('until')) : table.columns;
        for (const column of columns) {
          expect({ name, column, median: cells[column]?.median }).toEqual({ name, column, median: expect.any(Number) });
        }
      }
    }
  });

  it('counts the bytes of the entries, not of an empty table', () => {
    const [sizes] = tables as [Table];
    for (const { name, cells } of measuredRows(sizes)) {
      // MariaDB gives a table that grows 1 MiB at a time.
      const [session, denial] = sizes.columns.map((column) => cells[column]?.median ?? 0) as [number, number];
      expect({ name, isRight: session > 300 && session < 2_000 }).toEqual({ name, isRight: true });
      expect({ name, isRight: denial > 100 && denial < 1_500 }).toEqual({ name, isRight: true });
    }
  });

  it('refuses a number of rows that is too small', () => {
    const env = { ...process.env, BENCH_LIBRARY: build.library };
    const args = ['bench/run.mjs', 'scale', '--rows', '10'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    expect(status).toBe(1);
    expect(stderr).toContain('--rows must be a number of at least 500.');
  });
});
