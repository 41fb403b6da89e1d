import type { PresentedRefreshToken, RefreshOutcome } from '../revocation-store.js';
import { decideSuccession, type ReplacedToken } from '../session-decisions.js';
import type { PreparedStatement, SqlConnection } from './sql-query.js';
import { decodeText, encodeText, NEVER } from './sql-record.js';
import { rowsOf } from './sql-result.js';
import { revisionText } from './sql-rows.js';
import { join, named, raw, sql, type SqlFragment, type SqlType } from './sql-statement.js';

/** The parameters of the statement. Durations are milliseconds. */
const PARAMETERS = {
  subject: 'text',
  id: 'text',
  presented: 'text',
  revision: 'text',
  successor: 'text',
  csrf: 'text',
  issuedAt: 'number',
  lifetime: 'number',
  maxAge: 'number',
  leeway: 'number',
  deadline: 'number',
} as const satisfies Record<string, SqlType>;

type Parameter = keyof typeof PARAMETERS;

const value = (name: Parameter) => named(PARAMETERS[name], name);

/** What ends the session that a token rotates. */
type Ends = Record<'lifetime' | 'maxAge', boolean>;

/**
 * Rotates the current token of a session by one UPDATE, without reading the session before. Its condition is met only if
 * `decidePresentation` would rotate the token. In every other case it changes nothing, and the store has to read and decide.
 */
export class SqlRotation {
  private readonly statements = new Map<string, PreparedStatement<Parameter>>();

  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
  ) {}

  /** The answer, if the token was rotated; `null`: nothing was changed. */
  async rotate(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome | null> {
    const { successor, adopt } = token;
    // A token that could be adopted has no session in most cases.
    if (!this.database.dialect.returnsRows || successor === null || adopt !== null) return null;
    const result = await this.database.runPrepared(this.statementFor(token, successor), {
      subject: token.subject,
      id: encodeText(token.sid),
      presented: encodeText(token.presentedId),
      revision: revisionText(),
      successor: encodeText(successor.id),
      csrf: successor.csrf === null ? null : encodeText(successor.csrf),
      issuedAt: successor.issuedAt,
      lifetime: successor.lifetime === null ? null : successor.lifetime * 1000,
      maxAge: token.maxAge,
      leeway: token.leeway,
      deadline,
    });
    const [row] = rowsOf(result);
    if (row === undefined) return null;
    const device = (row.device ?? null) === null ? null : decodeText(row.device as string);
    const session = { openedAt: Number(row.openedat), device };
    return decideSuccession({ ...token, successor }, session, Number(row.usedat)).answer;
  }

  private statementFor({ maxAge }: PresentedRefreshToken, { lifetime }: ReplacedToken['successor']) {
    const ends = { lifetime: lifetime !== null, maxAge: maxAge !== null };
    const shape = `${ends.lifetime} ${ends.maxAge}`;
    let statement = this.statements.get(shape);
    if (statement === undefined) this.statements.set(shape, (statement = this.database.prepare(this.write(ends))));
    return statement;
  }

  /**
   * The statement. A session that ends earlier than before must be reported, and a session of a subject with endings may have ended
   * with others: both are left to the store.
   */
  private write(ends: Ends): SqlFragment {
    const { readClock, floor, greatest, inTime, returning } = this.database.dialect;
    const now = floor(readClock);
    const end = this.endOf(ends, now);
    const endings = sql`SELECT 1 FROM ${this.table} AS ending
      WHERE ending.subject = ${value('subject')} AND ending.kind = 'cut-off' AND ending.id = '' AND ending.device IS NOT NULL`;
    // The largest times and durations of the contract have a sum below it.
    const keepUntil = end === null ? raw(String(NEVER)) : sql`${end} + ${value('leeway')}`;
    const tokenExpires = end && sql`${value('issuedAt')} + ${floor(sql`(${end} - ${now}) / 1000e0`)}`;
    return sql`UPDATE ${this.table} SET revision = ${value('revision')}, keep_until = ${keepUntil},
      current_token = ${value('successor')}, parent_token = current_token, rotated_at = ${now},
      token_issued = ${value('issuedAt')}, token_expires = ${tokenExpires ?? raw('NULL')}, csrf = ${value('csrf')},
      used_at = ${now}, expires_at = ${end ?? raw('NULL')}, ordinal = ${greatest}(${floor(sql`${readClock} * 1000`)}, ordinal + 1)
      WHERE subject = ${value('subject')} AND kind = 'session' AND id = ${value('id')} AND current_token = ${value('presented')}
      AND keep_until > ${now} AND keep_until <= ${keepUntil}${end === null ? raw('') : sql` AND ${end} > ${now}`}
      AND NOT EXISTS (${endings}) AND ${inTime(value('deadline'))}
      ${returning(value('deadline'))}, used_at AS usedat, opened_at AS openedat, device`;
  }

  /** The end of the successor or of the session, whichever is earlier; `null`: never. */
  private endOf({ lifetime, maxAge }: Ends, now: SqlFragment): SqlFragment | null {
    const ends = [
      ...(lifetime ? [sql`${now} + ${value('lifetime')}`] : []),
      ...(maxAge ? [sql`opened_at + ${value('maxAge')}`] : []),
    ];
    if (ends.length < 2) return ends[0] ?? null;
    return sql`${this.database.dialect.least}(${join(ends, ', ')})`;
  }
}
