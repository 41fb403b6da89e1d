import type {
  EndSessions,
  OpenOutcome,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  SessionRecord,
} from 'nestjs-jwt-extended/store';
import type { SessionWrite } from '../../../src/stores/session-decisions.js';
import type { StoredSession } from '../../../src/stores/session-renewal.js';

// Cases of what a store has to decide, as data. All times are relative to the moment of the decision: milliseconds, or
// seconds where the contract has seconds. The claims of refresh tokens (`issuedAt`, `refreshExpires`) are absolute.

/** What the store holds about one subject. */
export interface StateCase {
  readonly sessions?: readonly StoredSession[];
  /** Denied ids, and until when. */
  readonly denied?: Readonly<Record<string, number>>;
  readonly cutOff?: number;
}

interface Case {
  readonly name: string;
  readonly state: StateCase;
  /** Ten minutes by default. */
  readonly deadline?: number;
  /** The case is about a single millisecond: only a store whose clock stands still can show it. */
  readonly isExact?: true;
}

interface DecisionCase<Answer> extends Case {
  readonly answer: Answer;
  readonly write: SessionWrite;
  /** The sessions that remain, the last used first. By default those of the state, as far as they are current. */
  readonly remaining?: readonly string[];
}

/** A refresh token that is presented. */
export interface PresentCase extends DecisionCase<RefreshOutcome> {
  readonly present: Omit<PresentedRefreshToken, 'subject'>;
}

/** A session to open. */
export interface OpenCase extends DecisionCase<OpenOutcome> {
  readonly open: Omit<OpenSession, 'subject'>;
}

/** Sessions to end. */
export interface EndCase extends Case {
  readonly end: Omit<EndSessions, 'subject'>;
  readonly applied: boolean;
  readonly ended: readonly string[];
  /** The cut-off afterwards. */
  readonly cutOff: number | null;
}

/** `iat` of the current token of every session in a state, in seconds. */
export const ISSUED_AT = 1_700_000_000;

/** A session that was rotated half a minute ago and lives for another hour. */
export const SESSION: SessionRecord = {
  sid: 'session',
  currentId: 'current',
  parentId: 'parent',
  rotatedAt: -30_000,
  issuedAt: ISSUED_AT,
  refreshExpires: ISSUED_AT + 3_630,
  csrf: 'csrf',
  openedAt: -600_000,
  lastUsedAt: -30_000,
  expiresAt: 3_600_000,
  device: 'a phone',
};

/** The same session before its first rotation. */
export const NEW_SESSION: SessionRecord = { ...SESSION, parentId: null, rotatedAt: null, lastUsedAt: -600_000 };

/** A session in a state. Its record is removed `leeway` milliseconds after its end. */
export function stored(record: Partial<SessionRecord> = {}, leeway = 0): StoredSession {
  const session = { ...SESSION, ...record };
  const { expiresAt, issuedAt, lastUsedAt } = session;
  const refreshExpires = expiresAt === null ? null : issuedAt + Math.floor((expiresAt - lastUsedAt) / 1_000);
  return { record: { ...session, refreshExpires }, keepUntil: expiresAt === null ? null : expiresAt + leeway };
}

/** Another session of the subject, which was opened `ago` milliseconds ago and not used since. */
export function otherSession(sid: string, ago: number, expiresAt = 3_600_000): StoredSession {
  const used = { openedAt: -ago, lastUsedAt: -ago, parentId: null, rotatedAt: null };
  return stored({ sid, currentId: `token of ${sid}`, ...used, expiresAt });
}
