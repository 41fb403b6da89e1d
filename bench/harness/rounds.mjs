// Contenders take turns, round after round, so that whatever slows the machine down meets all of them.
import { summary } from './statistics.mjs';

/** How much is measured: `full` for a result, `quick` for a look, `smoke` to see that everything still runs. */
export const EFFORTS = {
  full: { rounds: 21, batchMs: 40 },
  quick: { rounds: 5, batchMs: 8 },
  smoke: { rounds: 1, batchMs: 0 },
};

/** Nanoseconds of CPU time (all threads, user and system) that a call took, per contender and round. */
export async function measureRounds(contenders, effort) {
  const { rounds, batchMs } = EFFORTS[effort];
  const entries = contenders.map((contender) => ({ contender, calls: 1, next: 0, samples: [] }));
  for (const { contender } of entries) await prime(contender);
  for (const entry of entries) await calibrate(entry, batchMs);
  for (let round = 0; round < rounds; round++) {
    // Another order each time: nobody always runs after the same one.
    for (const entry of rotated(entries, round)) entry.samples.push(await timeBatch(entry));
  }
  return new Map(entries.map(({ contender, samples }) => [contender.name, samples]));
}

/** The ratio to one of them, round by round, each after its own overhead was taken off. */
export function ratios(samples, units, overhead) {
  const net = (values) => values.map((value, round) => value - (overhead?.[round] ?? 0));
  const unit = net(units);
  return summary(
    net(samples).map((value, round) => value / unit[round]),
    'x',
  );
}

/** Whoever remembers tokens has seen all of them before. */
async function prime({ run, seesBefore = 0 }) {
  for (let index = 0; index < seesBefore; index++) await run(index);
}

async function calibrate(entry, batchMs) {
  // Long enough to be compiled by the optimising compiler.
  const until = performance.now() + batchMs * 6;
  for (let calls = 1; ; calls *= 2) {
    entry.calls = calls;
    const took = (await timeBatch(entry)) * calls;
    if (batchMs === 0) return;
    if (took < batchMs * 1e6 && performance.now() < until) continue;
    entry.calls = Math.max(1, Math.round((calls * batchMs * 1e6) / took));
    if (performance.now() >= until) return;
    calls = Math.max(1, calls >> 2);
  }
}

async function timeBatch(entry) {
  const { contender, calls, next } = entry;
  entry.next += calls;
  const before = process.cpuUsage();
  if (contender.isAsync) for (let index = next; index < next + calls; index++) await contender.run(index);
  else for (let index = next; index < next + calls; index++) contender.run(index);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

function rotated(entries, by) {
  const at = (by * 7) % entries.length;
  return [...entries.slice(at), ...entries.slice(0, at)];
}
