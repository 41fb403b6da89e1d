import {
  RevocationStore,
  type EndSessions,
  type LookUp,
  type LookUpQuery,
  type OpenOutcome,
  type OpenSession,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SessionRecord,
} from '../revocation-store.js';
import { attempt } from './sql-attempts.js';
import { sessionsThere, sessionThere } from './sql-found.js';
import { readSqlOptions, type SqlRevocationStoreOptions } from './sql-options.js';
import { describeDatabase } from './sql-problems.js';
import { SqlConnection } from './sql-query.js';
import { SqlSessions } from './sql-sessions.js';
import { SqlTable } from './sql-table.js';

/** After so many calls that may add rows, some of the rows are purged whose time is over. */
const CALLS_BETWEEN_PURGES = 32;
const ROWS_PER_PURGE = 100;

/**
 * Keeps sessions and revoked tokens in the application's own database: PostgreSQL, MariaDB or SQLite, in a table made by
 * the package's `migrations`, by way of a function that runs one statement. A look-up is one SELECT. No transaction is
 * needed, whatever the isolation level. Times are the database's. What the driver throws is thrown; closing it is left to
 * who opened it.
 */
export class SqlRevocationStore extends RevocationStore {
  private readonly table: SqlTable;
  private readonly sessions: SqlSessions;
  private readonly examine: () => Promise<string[]>;
  private callsToPurge = CALLS_BETWEEN_PURGES;

  /** Throws a `TypeError` where an option is missing or wrong. Nothing is sent yet. */
  constructor(options: SqlRevocationStoreOptions) {
    super();
    const { name, dialect, query, table } = readSqlOptions(options);
    const database = new SqlConnection(dialect, query);
    this.table = new SqlTable(database, table);
    this.sessions = new SqlSessions(this.table);
    this.examine = () => describeDatabase(database, name, table);
  }

  /** The database's clock, in milliseconds since 1970. */
  override now(): Promise<number> {
    return attempt(() => this.table.clock());
  }

  /** What is known about a token: one SELECT. */
  override async lookUp(query: LookUpQuery): Promise<LookUp> {
    const found = await attempt(() => this.table.find(query));
    const session = query.sid === null ? null : sessionThere(found, query.sid);
    return { session: session?.record ?? null, denied: found.denied, cutOff: found.cutOff };
  }

  /** Opens a session, or replaces the refresh token of one; `unknown` where that one is not there. */
  override openSession(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    this.purgeNowAndThen();
    return this.sessions.open(open, deadline);
  }

  /** Judges a refresh token and puts its successor in its place, in one step. */
  override present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    return this.sessions.present(token, deadline);
  }

  /** Ends one session; also good where there is none. `false`: too late. */
  override endSession(subject: string, sid: string, deadline: number): Promise<boolean> {
    return attempt<boolean>(async () => {
      if (await this.table.remove(subject, [sid], deadline)) return true;
      return (await this.table.clock()) <= deadline;
    }, false);
  }

  /** Ends sessions of a subject and moves its cut-off. `false`: too late. */
  override endSessions(end: EndSessions, deadline: number): Promise<boolean> {
    return attempt<boolean>(async () => {
      const { now, cutOffRevision } = await this.table.find({ subject: end.subject, sid: null, jti: null });
      if (now > deadline) return false;
      if (cutOffRevision === null) await this.table.prepareCutOff(end.subject);
      else if (await this.table.cutOff(end, cutOffRevision, deadline)) return true;
      return undefined;
    }, false);
  }

  /** Denies a token's `jti` for so many milliseconds (`null`: for ever). `false`: too late. */
  override deny(subject: string, jti: string, lifetime: number | null, deadline: number): Promise<boolean> {
    this.purgeNowAndThen();
    return attempt<boolean>(() => this.table.deny(subject, jti, lifetime, deadline), false);
  }

  /** The subject's sessions, the last used first: one SELECT. */
  override async listSessions(subject: string): Promise<SessionRecord[]> {
    const found = await attempt(() => this.table.findSessions(subject));
    return sessionsThere(found).map(({ record }) => record);
  }

  /**
   * Deletes the rows whose time is over, `batch` of them by each statement (1,000 by default), and answers how many there
   * were. The store deletes some from time to time, too; a nightly call is for what those leave.
   */
  async purge({ batch = 1_000 }: { batch?: number } = {}): Promise<number> {
    if (!Number.isSafeInteger(batch) || batch < 1) throw new TypeError('purge: "batch" must be a number of rows.');
    const until = await this.now();
    let purged = 0;
    for (let last = batch; last === batch; purged += last) last = await attempt(() => this.table.purge(until, batch));
    return purged;
  }

  /** What is wrong with how the database is set up, in a sentence each. */
  override describeProblems(): Promise<string[]> {
    return this.examine();
  }

  /** Nobody waits for it, and where it fails, the next one may do better. */
  private purgeNowAndThen(): void {
    if (--this.callsToPurge > 0) return;
    this.callsToPurge = CALLS_BETWEEN_PURGES;
    const some = async () => this.table.purge(await this.table.clock(), ROWS_PER_PURGE);
    some().catch(() => undefined);
  }
}
