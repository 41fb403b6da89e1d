import { Concealed } from '../../types/concealed.js';
import { hidingNote } from '../hidden-note.js';
import { allNoted } from '../noted-pages.js';
import {
  RevocationStore,
  type EndSessions,
  type LookUp,
  type LookUpQuery,
  type NotedPage,
  type NotedRevocation,
  type OpenOutcome,
  type OpenSession,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SessionPage,
  type SessionPageQuery,
  type SessionRecord,
  type StoreWatch,
} from '../revocation-store.js';
import { PostgresWatch } from './postgres-watch.js';
import { readSqlOptions, sqlWatchProblem, type SqlRevocationStoreOptions } from './sql-options.js';
import { describeDatabase } from './sql-problems.js';
import { SqlConnection } from './sql-query.js';
import { nextEndings } from './sql-next-endings.js';
import { encodeText } from './sql-record.js';
import { retry } from './sql-retries.js';
import { SqlSessions } from './sql-sessions.js';
import type { SubjectSnapshot } from './sql-snapshot.js';
import { SqlSweeps } from './sql-sweeps.js';
import { SqlTable } from './sql-table.js';

/** After this many calls that can add rows, the store purges some expired rows. */
const CALLS_BETWEEN_PURGES = 32;
const ROWS_PER_PURGE = 50;

/**
 * Holds sessions and denied tokens in the application's own database: PostgreSQL, MariaDB or SQLite, in a table of the
 * package's `migrations`. It sends its statements through a function of the application. A look-up is one SELECT. No method
 * needs a transaction, and every isolation level works. Times are those of the database's clock. The store throws what the
 * driver throws, and does not close the driver.
 *
 * @example
 * ```ts
 * const store = new SqlRevocationStore({ dialect: 'postgres', query: (sql, params) => pool.query(sql, params) });
 * ```
 */
@Concealed()
export class SqlRevocationStore extends RevocationStore {
  private readonly table: SqlTable;
  private readonly sessions: SqlSessions;
  private readonly sweeps: SqlSweeps;
  private readonly startWatch: ((onChange: (subject: string | null) => void) => Promise<StoreWatch>) | null;
  override readonly lookUpsAtOnce = 32;
  override readonly keepsNotes = true;
  override readonly watchProblem: string | null;
  private readonly describe: () => Promise<string[]>;
  private readonly rowsPerStep: number;
  private callsUntilPurge = CALLS_BETWEEN_PURGES;

  /**
   * Sends nothing yet.
   *
   * @throws TypeError if an option is missing or wrong.
   */
  constructor(options: SqlRevocationStoreOptions) {
    super();
    const settings = readSqlOptions(options);
    const { name, dialect, query, listen, table } = settings;
    const database = new SqlConnection(dialect, query);
    this.table = new SqlTable(database, table);
    this.sweeps = new SqlSweeps(this.table, dialect.rowsPerStep);
    this.rowsPerStep = dialect.rowsPerStep;
    this.sessions = new SqlSessions(this.table, this.sweeps);
    this.watchProblem = sqlWatchProblem(settings);
    this.startWatch = listen && ((onChange) => PostgresWatch.open(listen, database, table, onChange));
    this.describe = () => describeDatabase(database, name, table);
  }

  /**
   * Reports each session that ends before its time, each denied `jti` and each cut-off, by any process. Rotations and new
   * sessions are not reported.
   *
   * @throws TypeError without the option `listen`.
   */
  override watch(onChange: (subject: string | null) => void): Promise<StoreWatch> {
    if (this.startWatch === null) throw new TypeError(this.watchProblem ?? '');
    return this.startWatch(onChange);
  }

  override now(): Promise<number> {
    return retry(() => this.table.clock());
  }

  override lookUp(query: LookUpQuery): Promise<LookUp> {
    return retry(() => this.table.lookUps.one(query));
  }

  /** One SELECT. */
  override async lookUpMany(queries: readonly LookUpQuery[]): Promise<LookUp[]> {
    return queries.length === 0 ? [] : retry(() => this.table.lookUps.many(queries));
  }

  override openSession(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    this.purgeSometimes();
    return this.sessions.open(open, deadline);
  }

  override present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    return this.sessions.present(token, deadline);
  }

  override endSession(subject: string, sid: string, deadline: number, note?: string): Promise<boolean> {
    return withNote(note, async () => {
      const isRemoved =
        note === undefined
          ? await this.table.remove(subject, sid, deadline)
          : await this.table.notes.endSession(subject, sid, deadline, note);
      if (isRemoved) return true;
      // No row was removed: there was none, or it was too late.
      return (await this.table.clock()) <= deadline;
    });
  }

  /**
   * Many sessions end by one small write. Then statements remove their rows, after the call has been answered. If the process ends
   * meanwhile, the sessions that are left have no note.
   */
  override endSessions(end: EndSessions, deadline: number): Promise<boolean> {
    const { subject, except, note } = end;
    return withNote(note, async () => {
      const snapshot = await this.table.findWithCount(subject, except ?? '', this.rowsPerStep + 1);
      const { now, cutOffRevision, count } = snapshot;
      if (now > deadline) return false;
      if (cutOffRevision === null) {
        await this.table.prepareCutOff(subject);
        return undefined;
      }
      if (count > this.rowsPerStep) return this.endMany(end, snapshot, deadline);
      if (note !== undefined) await this.table.notes.makeRoom(subject);
      return (await this.table.endSessions(end, cutOffRevision, deadline)) || undefined;
    });
  }

  /** `undefined`: the rows have changed, so all is read again. */
  private async endMany(end: EndSessions, snapshot: SubjectSnapshot, deadline: number): Promise<true | undefined> {
    const { subject, note } = end;
    const endings = nextEndings(end, snapshot);
    // The sessions of an earlier call must be gone, if the new ending does not include them.
    if (endings === null) await this.sweeps.removeRemains(subject);
    if (endings === null) return undefined;
    if (!(await this.table.endMany(end, endings, snapshot.cutOffRevision ?? '', deadline))) return undefined;
    this.sweeps.start(subject, () => this.sweeps.removeRemains(subject, note));
    return true;
  }

  override deny(
    subject: string,
    jti: string,
    lifetime: number | null,
    deadline: number,
    note?: string,
  ): Promise<boolean> {
    this.purgeSometimes();
    return withNote(note, () => this.table.deny(subject, jti, lifetime, deadline, note));
  }

  override async listSessions(subject: string): Promise<SessionRecord[]> {
    const { sessions } = await this.table.pages.page(subject, { limit: Infinity, after: null });
    return [...sessions];
  }

  override listSessionPage(subject: string, query: SessionPageQuery): Promise<SessionPage> {
    return this.table.pages.page(subject, query);
  }

  override async listNoted(subject: string): Promise<NotedRevocation[]> {
    return [...(await allNoted((after) => this.listNotedPage(subject, { limit: Infinity, after })))];
  }

  override listNotedPage(subject: string, query: SessionPageQuery): Promise<NotedPage> {
    return retry(() => this.table.notes.page(subject, query));
  }

  /**
   * Deletes all expired rows, `batch` of them per statement, and returns how many there were. The application does so by itself, in
   * small steps: see `revocation.purgeInterval`. Call this in a job of your own if you have set that to `false`.
   *
   * @throws TypeError if `batch` is not a positive integer.
   */
  async purge({
    batch = 1_000,
  }: {
    /**
     * How many rows a statement deletes.
     * @default 1000
     */
    batch?: number | undefined;
  } = {}): Promise<number> {
    if (!Number.isSafeInteger(batch) || batch < 1) throw new TypeError('purge: "batch" must be a number of rows.');
    const until = await this.now();
    let purged = 0;
    for (let last = batch; last === batch; purged += last) last = await retry(() => this.table.purge(until, batch));
    return purged;
  }

  /** Deletes up to 200 expired rows, on SQLite up to 50. */
  override async purgeStep(): Promise<boolean> {
    const until = await this.now();
    return (await retry(() => this.table.purge(until, this.rowsPerStep))) === this.rowsPerStep;
  }

  override describeProblems(): Promise<string[]> {
    return this.describe();
  }

  /** No call waits for this purge. If it fails, a later one deletes the rows. */
  private purgeSometimes(): void {
    if (--this.callsUntilPurge > 0) return;
    this.callsUntilPurge = CALLS_BETWEEN_PURGES;
    const purge = async () => this.table.purge(await this.table.clock(), ROWS_PER_PURGE);
    purge().catch(() => undefined);
  }
}

/** Retries a write. Its errors do not contain the note as the table holds it. */
function withNote(note: string | undefined, step: () => Promise<boolean | undefined>): Promise<boolean> {
  const write = () => retry<boolean>(step, false);
  return note === undefined ? write() : hidingNote(encodeText(note), write);
}
