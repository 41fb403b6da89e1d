import { performance } from 'node:perf_hooks';

/** The processor time of some work in this process. The elapsed time is longer on a busy machine. */
export function millisecondsOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

const TICK = 5;

/**
 * The result of some work, and the time of its wait. The time in which this process could not run on a busy machine does not
 * count. Late ticks of a timer show this time.
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
