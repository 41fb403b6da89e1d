import { optionalNumber, optionalText } from './redis-record.js';

/** What the records of sessions are removed for. */
export interface Sweep {
  /** The note with which the sessions end. */
  readonly note?: string | undefined;
  /** How many sessions the subject may have; `null`: any number. */
  readonly maxPerSubject?: number | null;
}

/** Runs the script `SWEEP` once, with its arguments. */
export type RunSweep = (subject: string, args: string[]) => Promise<string[]>;

/**
 * Removes the records of sessions that have ended, a few per script, so that other clients of the server are answered in
 * between. Only one sweep of a subject runs in a process. Several processes can sweep at once.
 */
export class RedisSweeps {
  private readonly subjects = new Set<string>();

  /** @param prepare Called at the beginning of each sweep. */
  constructor(private readonly prepare: () => RunSweep) {}

  /** No call waits for it. If it fails, the next log-in of the subject starts it again. */
  start(subject: string, sweep: Sweep): void {
    if (this.subjects.has(subject)) return;
    this.subjects.add(subject);
    const end = () => this.subjects.delete(subject);
    this.run(subject, sweep).then(end, end);
  }

  /** Resolves when nothing is left to remove. */
  async run(subject: string, { note, maxPerSubject = null }: Sweep = {}): Promise<void> {
    const runSweep = this.prepare();
    let next = ['', ''];
    for (let outcome = 'more'; outcome === 'more';) {
      const args = [optionalText(note ?? null), optionalNumber(maxPerSubject), ...next];
      [outcome = 'done', ...next] = await runSweep(subject, args);
    }
  }
}
