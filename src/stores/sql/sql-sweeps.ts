import { setImmediate as nextTurn } from 'node:timers/promises';
import { retry } from './sql-retries.js';
import type { SqlTable } from './sql-table.js';

/** How many sessions one statement ends, so that it locks rows and files for a short time. */
export const SESSIONS_PER_STATEMENT = 200;

/**
 * Removes the rows of sessions that have ended, a few per statement. Only one sweep of a subject runs in a process. Several
 * processes can sweep at once.
 */
export class SqlSweeps {
  private readonly subjects = new Set<string>();

  constructor(private readonly table: SqlTable) {}

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
    let after = '';
    for (;;) {
      const ids = await retry(() => this.table.ended.findRemains(subject, endings, after, SESSIONS_PER_STATEMENT));
      if (ids.length === 0) break;
      await retry(async () => {
        await this.table.ended.removeRemains(subject, ids, endings, note);
        return true;
      });
      after = ids.at(-1) as string;
      // Some drivers of SQLite answer at once: other work must come in between.
      await nextTurn();
    }
    await this.table.ended.finish(subject, endings);
  }

  /** Ends the sessions beyond a limit. */
  async removeBeyond(subject: string, limit: number): Promise<void> {
    const { endings } = await retry(() => this.table.find({ subject, sid: null, jti: null }));
    for (let ended = SESSIONS_PER_STATEMENT; ended === SESSIONS_PER_STATEMENT;) {
      const ids = await retry(() => this.table.pages.findBeyond(subject, limit, endings, SESSIONS_PER_STATEMENT));
      if (ids.length > 0) await retry(() => this.table.removeIds(subject, ids, Number.MAX_SAFE_INTEGER));
      ended = ids.length;
      await nextTurn();
    }
  }
}
