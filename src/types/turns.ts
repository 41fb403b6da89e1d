import { setImmediate as nextTurn } from 'node:timers/promises';

/** For how many milliseconds a long computation holds the event loop before other work comes in. */
export const LONGEST_HOLD = 10;

/** How many entries are converted between two readings of the clock. */
const ENTRIES_AT_ONCE = 500;

/** Lets other work come in during a long computation. */
export class Turns {
  private startedAt = performance.now();

  /** Waits for the next turn of the event loop, if this turn may have been held for long enough. */
  async next(): Promise<void> {
    if (performance.now() - this.startedAt < LONGEST_HOLD) return;
    await nextTurn();
    this.startedAt = performance.now();
  }
}

/** Appends the converted entries of a long list to another one. */
export async function appendConverted<T, R>(
  converted: R[],
  entries: readonly T[],
  convert: (entry: T) => R,
): Promise<void> {
  const turns = new Turns();
  for (let from = 0; from < entries.length; from += ENTRIES_AT_ONCE) {
    for (const entry of entries.slice(from, from + ENTRIES_AT_ONCE)) converted.push(convert(entry));
    await turns.next();
  }
}
