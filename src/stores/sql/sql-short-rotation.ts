import type { PresentedRefreshToken, RefreshOutcome } from '../revocation-store.js';
import { decideSuccession } from '../session-decisions.js';
import { hasEndings } from './sql-ended-rows.js';
import type { SqlConnection } from './sql-query.js';
import { decodeText, encodeText } from './sql-record.js';
import { rowsOf } from './sql-result.js';
import type { Rotation } from './sql-rotation.js';
import type { SqlSessionRows } from './sql-session-rows.js';
import { keepUntilOf } from './sql-snapshot.js';
import { named, sql, type SqlFragment } from './sql-statement.js';

/**
 * Rotates the current token of a session by a short SELECT and an UPDATE, for databases whose UPDATE returns no columns. The
 * SELECT finds a row only if `decidePresentation` needs nothing else to rotate the token.
 */
export class SqlShortRotation implements Rotation {
  constructor(
    private readonly database: SqlConnection,
    private readonly table: SqlFragment,
    private readonly rows: SqlSessionRows,
  ) {}

  async rotate(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome | null> {
    const { subject, sid, presentedId, successor, adopt } = token;
    // A token that could be adopted has no session in most cases.
    if (successor === null || adopt !== null) return null;
    const values = { subject, id: encodeText(sid), presented: encodeText(presentedId) };
    const [row] = rowsOf(await this.database.runPrepared('find current', () => this.find(), values));
    if (row === undefined) return null;
    const time = Number(row.time);
    const device = (row.device ?? null) === null ? null : decodeText(row.device as string);
    const now = Math.floor(time);
    const before = { revision: row.revision as string, keepUntil: Number(row.keepuntil) };
    const decision = decideSuccession(token, successor, { openedAt: Number(row.openedat), device }, now);
    if (decision.write !== 'session' || before.keepUntil <= now || now > deadline) return null;
    const next = {
      session: decision.record,
      ordinal: Math.max(Math.floor(time * 1000), Number(row.ordinal) + 1),
      generation: Number(row.cutoff ?? 0),
      keepUntil: keepUntilOf(decision.keepUntil),
    };
    return (await this.rows.replace(subject, before, next, deadline)) ? decision.answer : null;
  }

  private find(): SqlFragment {
    const subject = named('text', 'subject');
    return sql`SELECT ${this.database.dialect.clock} AS time, revision, keep_until AS keepuntil, cut_off AS cutoff, opened_at AS openedat, device, ordinal
      FROM ${this.table} WHERE subject = ${subject} AND kind = 'session' AND id = ${named('text', 'id')}
      AND current_token = ${named('text', 'presented')} AND NOT ${hasEndings(this.table, subject)}`;
  }
}
