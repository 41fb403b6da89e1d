// How long something holds the event loop of its process, and how long the caller in another process waits.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Adds `loop` and `others` to the answer of `work`, in milliseconds. */
export async function whileProbed(prober, work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await prober.start();
  delay.enable();
  // The monitor needs some turns of the event loop until it measures.
  await sleep(50);
  delay.reset();
  const answer = await work();
  await sleep(20);
  delay.disable();
  return { ...answer, loop: delay.max / 1e6, others: await prober.stop() };
}
