import { performance } from 'node:perf_hooks';

/** The number of measured attempts of each kind. */
const MOST_MEASURED = 32;

/** For how long an attempt counts with its own time, in milliseconds. After that only the usual time of all counts. */
const RECENT = 600_000;

/** How much longer than a check of a password a refusal takes, and how much longer before the step becomes shorter. */
const [MARGIN, MARGIN_OF_SHORTER] = [1.2, 1.5];

/** No refusal waits for longer steps, in milliseconds. */
const LONGEST_STEP = 5_000;

/** One attempt to log in. */
export interface Attempt {
  /** Ends the attempt of a user who is logged in. */
  succeed(): void;
  /** Ends every other attempt: waits until its answer is due. */
  fail(): Promise<void>;
}

/** The time of an attempt that took as long as the check of a password. */
interface Measured {
  readonly time: number;
  readonly at: number;
}

/**
 * Answers all refused log-ins after the same time. An unknown user needs no check of a password, so its refusal would come
 * earlier, and the caller would learn which users exist.
 *
 * A refusal is answered after one step, and if `authenticate` takes longer, after a multiple of the step. The step is longer than
 * the recent checks of a password. It changes by doubling only, so that the time of a refusal says little about the load.
 */
export class RefusalTime {
  private readonly successes: Measured[] = [];
  private readonly slowRefusals: Measured[] = [];
  private step: number;

  /** @param shortest the shortest step, in milliseconds; `null`: refusals do not wait. */
  constructor(private readonly shortest: number | null) {
    this.step = shortest ?? 0;
  }

  /**
   * Begins an attempt. The timer starts before the check of the password. Otherwise its rounding would depend on the time of
   * the check.
   */
  begin(): Attempt {
    if (this.shortest === null) return AT_ONCE;
    const start = performance.now();
    const { step } = this;
    let end: () => void = () => undefined;
    const due = new Promise<void>((resolve) => (end = resolve));
    const timer = setTimeout(end, step);
    return {
      succeed: () => {
        clearTimeout(timer);
        this.measure(performance.now() - start, true);
      },
      fail: async () => {
        const time = performance.now() - start;
        this.measure(time, false);
        if (time < step) return due;
        clearTimeout(timer);
        await wait(this.step - (time % this.step));
      },
    };
  }

  /** A fast refusal says nothing about the check of a password. Many of them must not make the step shorter. */
  private measure(time: number, succeeded: boolean): void {
    if (!succeeded && time * MARGIN <= this.step) return;
    const measured = succeeded ? this.successes : this.slowRefusals;
    measured.push({ time, at: performance.now() });
    if (measured.length > MOST_MEASURED) measured.shift();
    this.step = this.nextStep();
  }

  /** The step becomes shorter only if half of it would be long enough in any case, so that it does not change to and fro. */
  private nextStep(): number {
    const time = this.timeOfCheck();
    return Math.max(this.stepFor(time * MARGIN), Math.min(this.step, this.stepFor(time * MARGIN_OF_SHORTER)));
  }

  /**
   * The time of a check of a password: the usual time of a success, and longer if two recent attempts took longer. One alone
   * can have waited for something else, such as the garbage collector.
   */
  private timeOfCheck(): number {
    const now = performance.now();
    const recent = [...this.successes, ...this.slowRefusals].filter(({ at }) => now - at < RECENT);
    const [, secondSlowest = 0] = sorted(recent).reverse();
    const successes = sorted(this.successes);
    const usual = successes[Math.floor((successes.length - 1) / 2)] ?? 0;
    return Math.max(usual, secondSlowest);
  }

  private stepFor(time: number): number {
    let step = this.shortest ?? 0;
    while (step < time && step < LONGEST_STEP) step *= 2;
    return Math.min(step, LONGEST_STEP);
  }
}

function sorted(measured: readonly Measured[]): number[] {
  return measured.map(({ time }) => time).sort((left, right) => left - right);
}

const AT_ONCE: Attempt = { succeed: () => undefined, fail: () => Promise.resolve() };

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
