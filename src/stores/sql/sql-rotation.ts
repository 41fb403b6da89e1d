import type { CurrentRefreshToken, PresentedRefreshToken, RefreshOutcome } from '../revocation-store.js';
import { decideSuccession } from '../session-decisions.js';
import { hasEndings } from './sql-ended-rows.js';
import type { SqlConnection } from './sql-query.js';
import { decodeText, encodeText, NEVER } from './sql-record.js';
import { rowsOf } from './sql-result.js';
import { revisionText } from './sql-rows.js';
import {
  join,
  named,
  raw,
  sql,
  type SqlFragment,
  type SqlParameter,
  type SqlType,
  type SqlValue,
} from './sql-statement.js';

/** The parameters of the statement. Durations are milliseconds. */
const PARAMETERS = {
  subject: 'text',
  id: 'text',
  presented: 'text',
  revision: 'text',
  successor: 'text',
  csrf: 'text',
  issuedAt: 'number',
  tokenExpires: 'number',
  lifetime: 'number',
  maxAge: 'number',
  keptLifetime: 'number',
  keptMaxAge: 'number',
  deadline: 'number',
} as const satisfies Record<string, SqlType>;

type Parameter = keyof typeof PARAMETERS;

const value = (name: Parameter) => named(PARAMETERS[name], name);

/** What can end the session: the lifetime of the successor, or `maxAge`. */
interface Ends {
  readonly lifetime: boolean;
  readonly maxAge: boolean;
}

/** Rotates current tokens faster than by reading all and deciding. */
export interface Rotation {
  /** The answer, if the token was rotated; `null`: nothing was changed, and the store has to read and decide. */
  rotate(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome | null>;
}

/**
 * Rotates the current token of a session by one UPDATE, without reading the session before. Its condition is met only if
 * `decidePresentation` would rotate the token. In every other case it changes nothing.
 */
export class SqlRotation implements Rotation {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
  ) {}

  async rotate(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome | null> {
    const { successor, adopt } = token;
    // A token that could be adopted has no session in most cases.
    if (successor === null || adopt !== null) return null;
    if (successor.lifetime !== null && successor.lifetime <= 0) return null;
    const ends = { lifetime: successor.lifetime !== null, maxAge: token.maxAge !== null };
    const key = `rotate ${ends.lifetime} ${ends.maxAge}`;
    const values = valuesOf(token, successor, deadline);
    const [row] = rowsOf(await this.database.runPrepared(key, () => this.write(ends), values));
    if (row === undefined) return null;
    const device = (row.device ?? null) === null ? null : decodeText(row.device as string);
    const session = { openedAt: Number(row.openedat), device };
    return decideSuccession(token, successor, session, Number(row.usedat)).answer;
  }

  /**
   * The statement. It leaves two cases to the store: a session that would end earlier than before must be reported, and a session of
   * a subject with endings may have ended with others. Differences keep databases from the index of `keep_until`.
   */
  private write(ends: Ends): SqlFragment {
    const { statementClock, floor, greatest, inTime, returning } = this.database.dialect;
    const now = floor(statementClock);
    const isOpen = ends.maxAge ? sql` AND opened_at + ${value('maxAge')} > ${now}` : raw('');
    return sql`UPDATE ${this.table} SET revision = ${value('revision')}, keep_until = ${this.keepUntil(ends, now)},
      current_token = ${value('successor')}, parent_token = current_token, rotated_at = ${now},
      token_issued = ${value('issuedAt')}, token_expires = ${this.tokenExpires(ends, now)}, csrf = ${value('csrf')},
      used_at = ${now}, expires_at = ${this.expiresAt(ends, now)}, ordinal = ${greatest}(${floor(sql`${statementClock} * 1000`)}, ordinal + 1)
      WHERE subject = ${value('subject')} AND kind = 'session' AND id = ${value('id')} AND current_token = ${value('presented')}
      AND keep_until - ${now} > 0 AND ${this.keepUntil(ends, now)} - keep_until >= 0${isOpen}
      AND NOT ${hasEndings(this.table, value('subject'))} AND ${inTime(value('deadline'))}${returning(value('deadline'))},
      used_at AS usedat, opened_at AS openedat, device`;
  }

  private expiresAt(ends: Ends, now: SqlFragment): SqlFragment {
    return this.earliest(
      ends.lifetime && sql`${now} + ${value('lifetime')}`,
      ends.maxAge && sql`opened_at + ${value('maxAge')}`,
    );
  }

  private keepUntil(ends: Ends, now: SqlFragment): SqlFragment {
    const never = !ends.lifetime && !ends.maxAge;
    return this.earliest(
      ends.lifetime && sql`${now} + ${value('keptLifetime')}`,
      ends.maxAge && sql`opened_at + ${value('keptMaxAge')}`,
      never && raw(String(NEVER)),
    );
  }

  private tokenExpires(ends: Ends, now: SqlFragment): SqlFragment {
    const secondsLeft = this.database.dialect.floor(sql`(opened_at + ${value('maxAge')} - ${now}) / 1000e0`);
    return this.earliest(
      ends.lifetime && value('tokenExpires'),
      ends.maxAge && sql`${value('issuedAt')} + ${secondsLeft}`,
    );
  }

  /** The smallest of several values, without those that do not count; `NULL` if none counts. */
  private earliest(...values: readonly (SqlFragment | SqlValue | false)[]): SqlFragment {
    const times = values.filter((time) => time !== false);
    if (times.length < 2) return sql`${times[0] ?? raw('NULL')}`;
    return sql`${this.database.dialect.least}(${join(times, ', ')})`;
  }
}

/** The values of the parameters. The sums stay whole numbers: the contract limits times and durations. */
function valuesOf(
  { subject, sid, presentedId, maxAge, leeway }: PresentedRefreshToken,
  { id, csrf, issuedAt, lifetime }: CurrentRefreshToken,
  deadline: number,
): Record<Parameter, SqlParameter> {
  return {
    subject,
    id: encodeText(sid),
    presented: encodeText(presentedId),
    revision: revisionText(),
    successor: encodeText(id),
    csrf: csrf === null ? null : encodeText(csrf),
    issuedAt,
    tokenExpires: lifetime === null ? null : issuedAt + lifetime,
    lifetime: lifetime === null ? null : lifetime * 1000,
    keptLifetime: lifetime === null ? null : lifetime * 1000 + leeway,
    maxAge,
    keptMaxAge: maxAge === null ? null : maxAge + leeway,
    deadline,
  };
}
