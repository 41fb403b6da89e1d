import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { WorkerBuild } from '../support/worker-build.js';

/** The delays that bench/simulation/topologies.mjs states, in milliseconds, and the largest deviation of the network. */
const ONE_WAY = { eu: 1, us: 40, asia: 80 };
const DEVIATION = 1.2;
const STALENESS = 5_000;
const LAG = 500;

type Region = keyof typeof ONE_WAY;
const REGIONS = Object.keys(ONE_WAY) as Region[];

/** How long a revoked token was still accepted, in milliseconds. */
interface Life {
  readonly median: number;
  readonly longest: number;
}

let build: WorkerBuild;

beforeAll(async () => {
  build = await WorkerBuild.make();
});

afterAll(() => build.remove());

function simulate(...args: string[]): string {
  const env = { ...process.env, BENCH_LIBRARY: build.library };
  return execFileSync(process.execPath, ['bench/simulation/run.mjs', ...args], { encoding: 'utf8', env }).trim();
}

/** The results of a deployment. */
function resultsOf(table: string, deployment: string) {
  const row = table.split('\n').find((line) => line.startsWith(`| ${deployment} |`)) ?? '';
  const [, ...cells] = row.split('|').slice(1, -1);
  const numbers = cells.map((cell) => cell.split('/').map(Number));
  const lives = Object.fromEntries(
    REGIONS.map((region, index) => {
      const [median = NaN, longest = NaN] = numbers[index] ?? [];
      return [region, { median, longest }];
    }),
  ) as Record<Region, Life>;
  const [, , , [wait = NaN] = [], [roundTrips = NaN] = []] = numbers;
  return { lives, wait, roundTrips };
}

describe('The simulation of deployments', () => {
  const page = readFileSync('docs/operations/scaling.md', 'utf8');
  let table: string;

  beforeAll(() => {
    table = simulate();
  });

  it('writes the table of docs/operations/scaling.md', () => {
    const [, , ...written] =
      /<!-- simulation:begin -->([\s\S]*)<!-- simulation:end -->/.exec(page)?.[1]?.trim().split('\n') ?? [];
    const cellsOf = (row: string) => row.split('|').map((cell) => cell.trim());
    expect(written.map(cellsOf)).toEqual(table.split('\n').slice(2).map(cellsOf));
  });

  it('repeats itself with a seed, and differs with another one', () => {
    const [first, second, other] = [
      simulate('--users', '3'),
      simulate('--users', '3'),
      simulate('--users', '3', '--seed', '2'),
    ];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each(['one process, in memory', 'one region, a look-up per request', 'three regions, a look-up per request'])(
    'shows no token that lives longer than its session: %s',
    (deployment) => {
      const { lives } = resultsOf(table, deployment);
      for (const { longest } of Object.values(lives)) expect(longest || 0).toBe(0);
    },
  );

  it('shows that staleness limits the life of a revoked token', () => {
    const { lives, roundTrips } = resultsOf(table, 'three regions, `staleness: 5s`');
    for (const region of REGIONS) {
      expect(lives[region].longest).toBeGreaterThan(STALENESS / 2);
      expect(lives[region].longest).toBeLessThanOrEqual(STALENESS);
    }
    expect(roundTrips).toBeLessThan(0.05);
  });

  it('shows that push ends a token after one way through the network, at the cost of staleness', () => {
    const { lives, roundTrips } = resultsOf(table, 'three regions, `staleness: 5s`, `push`');
    for (const region of REGIONS) {
      const latest = 2 * ONE_WAY[region] * DEVIATION;
      expect(lives[region].longest).toBeLessThanOrEqual(latest);
    }
    expect(lives.asia.median).toBeGreaterThan(0);
    expect(roundTrips).toBeLessThan(0.05);
  });

  it('shows that a replica accepts a revoked token for as long as it is behind', () => {
    const { lives, wait } = resultsOf(table, 'three regions, look-ups on replicas');
    for (const region of ['us', 'asia'] as const) {
      expect(lives[region].longest).toBeGreaterThan(LAG / 2);
      expect(lives[region].longest).toBeLessThanOrEqual(LAG);
    }
    expect(wait).toBeLessThan(5);
  });

  it('shows what a look-up in another region costs', () => {
    expect(resultsOf(table, 'three regions, a look-up per request').wait).toBeGreaterThan(30);
  });
});
