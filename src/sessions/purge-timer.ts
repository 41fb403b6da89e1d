import { setTimeout as sleep } from 'node:timers/promises';
import { RevocationStore } from '../stores/revocation-store.js';

/** The pause between two steps, in milliseconds, so that other work comes in between. */
const PAUSE = 10;

/**
 * Deletes what has expired from a store that does not do so itself. Every process does it, at times of its own: several of them at once
 * do no harm. It does not keep the process alive.
 */
export class PurgeTimer {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = true;

  constructor(
    /** A store that does not extend our class may lack the method. */
    private readonly store: Partial<Pick<RevocationStore, 'purgeStep'>>,
    /** Milliseconds. */
    private readonly interval: number,
  ) {}

  start(): void {
    const { purgeStep } = this.store;
    // Without a method of its own, the store has nothing to delete.
    if (!this.isStopped || purgeStep === undefined || purgeStep === RevocationStore.prototype.purgeStep) return;
    this.isStopped = false;
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Between a half and one and a half of the interval, so that the processes of an application do not purge together. */
  private schedule(): void {
    this.timer = setTimeout(() => void this.run(), this.interval * (0.5 + Math.random()));
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      while (!this.isStopped && (await this.store.purgeStep?.())) await sleep(PAUSE, undefined, { ref: false });
    } catch {
      // The next run deletes the rest. Requests report that the store does not answer.
    }
    if (!this.isStopped) this.schedule();
  }
}
