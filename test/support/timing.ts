import { performance } from 'node:perf_hooks';

/** How long this process computes at a piece of work; on a busy machine it takes longer. */
export function millisecondsOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

const TICK = 5;

/**
 * How long something is waited for, and what comes of it. What this process could not run for, on a machine that is busy
 * with other things, is not counted: it is seen by ticks that come late.
 */
export async function waitingFor<T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const start = performance.now();
  let last = start;
  let stalled = 0;
  const tick = () => {
    const now = performance.now();
    stalled += Math.max(0, now - last - 2 * TICK);
    last = now;
  };
  const ticking = setInterval(tick, TICK);
  try {
    const result = await work();
    tick();
    return { result, milliseconds: performance.now() - start - stalled };
  } finally {
    clearInterval(ticking);
  }
}
