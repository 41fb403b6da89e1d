import { performance } from 'node:perf_hooks';
import { backgroundTimer } from '../types/background-timer.js';

/** The longest wait of one timer, in milliseconds. A clock that jumps is noticed after that, and Node allows 25 days at most. */
const LONGEST_WAIT = 60_000;

/** One timer, which rings at the earliest time that was set. It does not keep the process alive. */
export class Alarm {
  private timer: NodeJS.Timeout | null = null;
  private ringsAt = Infinity;

  /** `ring` sets the alarm again if it is needed. */
  constructor(private readonly ring: () => void) {}

  /** Rings in so many milliseconds, or earlier. */
  set(milliseconds: number): void {
    const wait = Math.min(Math.max(1, Math.ceil(milliseconds)), LONGEST_WAIT);
    const at = performance.now() + wait;
    if (this.timer !== null && this.ringsAt <= at) return;
    this.clear();
    this.ringsAt = at;
    this.timer = backgroundTimer(() => {
      this.clear();
      this.ring();
    }, wait);
  }

  clear(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.ringsAt = Infinity;
  }
}
