import { setImmediate as nextTurn } from 'node:timers/promises';
import { retry } from './sql-retries.js';
import type { IdRange } from './sql-rows.js';
import type { SqlTable } from './sql-table.js';

/**
 * Removes the rows of sessions that have ended, a few per statement. Only one sweep of a subject runs in a process. Several
 * processes can sweep at once.
 */
export class SqlSweeps {
  private readonly subjects = new Set<string>();

  constructor(
    private readonly table: SqlTable,
    private readonly rowsPerStep: number,
  ) {}

  /** No call waits for it. If it fails, the next log-in of the subject starts it again. */
  start(subject: string, work: () => Promise<void>): void {
    if (this.subjects.has(subject)) return;
    this.subjects.add(subject);
    const end = () => this.subjects.delete(subject);
    work().then(end, end);
  }

  /** Removes the rows of sessions that ended together. Resolves when none is left. */
  async removeRemains(subject: string, note?: string): Promise<void> {
    const { endings } = await retry(() => this.table.find({ subject, sid: null, jti: null }));
    await this.inSteps(subject, (range) => this.table.ended.removeRemains(subject, range, endings, note));
    await this.table.ended.finish(subject, endings);
  }

  /** Ends the sessions beyond a limit. */
  async removeBeyond(subject: string, limit: number): Promise<void> {
    const { endings } = await retry(() => this.table.find({ subject, sid: null, jti: null }));
    const last = await retry(() => this.table.pages.findLast(subject, limit, endings));
    if (last !== null)
      await this.inSteps(subject, (range) => this.table.pages.removeBeyond(subject, range, last, endings));
  }

  /** Calls `work` for all sessions of a subject, some at a time in the order of their ids. No step reads the rows of another step. */
  private async inSteps(subject: string, work: (range: IdRange) => Promise<unknown>): Promise<void> {
    for (let after = ''; ;) {
      const last = await retry(() => this.table.pages.findEnd(subject, after, this.rowsPerStep));
      if (last === null) return;
      const range = { after, last };
      await retry(async () => {
        await work(range);
        return true;
      });
      after = last;
      // Some drivers of SQLite answer at once: other work must come in between.
      await nextTurn();
    }
  }
}
