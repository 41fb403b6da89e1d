// The contenders take turns, round after round, so that other load on the machine affects all of them.
import { summary } from './statistics.mjs';

/** The size of a run: `full` for results, `quick` for an estimate, `smoke` to check that every group runs. */
export const EFFORTS = {
  full: { rounds: 21, batchMs: 40 },
  quick: { rounds: 5, batchMs: 8 },
  smoke: { rounds: 1, batchMs: 0 },
};

/** Nanoseconds of CPU time of a call (all threads, user and system), per contender and round. */
export async function measureRounds(contenders, effort) {
  const { rounds, batchMs } = EFFORTS[effort];
  const entries = contenders.map((contender) => ({ contender, calls: 1, next: 0, samples: [] }));
  for (const { contender } of entries) await prime(contender);
  for (const entry of entries) await calibrate(entry, batchMs);
  for (let round = 0; round < rounds; round++) {
    // The order changes each round, so that no contender always runs after the same one.
    for (const entry of rotated(entries, round)) entry.samples.push(await timeBatch(entry));
  }
  return new Map(entries.map(({ contender, samples }) => [contender.name, samples]));
}

/** The ratios to `units`, round by round, after `overhead` was subtracted from both. */
export function ratios(samples, units, overhead) {
  const net = (values) => values.map((value, round) => value - (overhead?.[round] ?? 0));
  const unit = net(units);
  return summary(
    net(samples).map((value, round) => value / unit[round]),
    'x',
  );
}

/** Fills the cache of a contender with all tokens. */
async function prime({ run, seesBefore = 0 }) {
  for (let index = 0; index < seesBefore; index++) await run(index);
}

async function calibrate(entry, batchMs) {
  // Long enough for V8 to optimise the code.
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
