import type { Awaitable } from '../types/awaitable.js';

/**
 * One log-in, as a store keeps it. Times are milliseconds of the store's clock, but for `issuedAt` and `refreshExpires`,
 * which are the NumericDates (seconds) of the current refresh token.
 */
export interface SessionRecord {
  /** The session's id: the `sid` of all its tokens. */
  readonly sid: string;
  /** The `jti` of the one refresh token that may be used. */
  readonly currentId: string;
  /** The `jti` of the refresh token it replaced; `null` before the first rotation. */
  readonly parentId: string | null;
  /** When it did; `null` before the first rotation. */
  readonly rotatedAt: number | null;
  /** `iat` of the current refresh token. */
  readonly issuedAt: number;
  /** `exp` of the current refresh token; `null`: it never expires. */
  readonly refreshExpires: number | null;
  /** `csrf` of the current refresh token; `null` where CSRF protection is off. */
  readonly csrf: string | null;
  /** When the session was opened. */
  readonly openedAt: number;
  /** When it was opened or last rotated. */
  readonly lastUsedAt: number;
  /** When it ends by itself; `null`: never. */
  readonly expiresAt: number | null;
  /** A note about the device. */
  readonly device: string | null;
}

/** The refresh token that is to become the current one of a session. */
export interface CurrentRefreshToken {
  /** Its `jti`. */
  readonly id: string;
  /** Its `iat` (NumericDate). */
  readonly issuedAt: number;
  /** Its `csrf`; `null` where CSRF protection is off. */
  readonly csrf: string | null;
  /** How long it lives from now, in whole seconds; `null`: for ever. A session's absolute end may cut it short. */
  readonly lifetime: number | null;
}

/** How long a session lives, in milliseconds. */
export interface SessionLimits {
  /** From its opening, whatever happens; `null`: no limit. */
  readonly maxAge: number | null;
  /** How much longer than its end the record has to stay, for clocks that differ (the option `leeway`). */
  readonly leeway: number;
}

/** A session to be opened, or to be given a new refresh token. */
export interface OpenSession extends SessionLimits {
  /** The hash of the subject; all its entries are kept together under it. */
  readonly subject: string;
  /** The session's id. */
  readonly sid: string;
  /** Its refresh token. */
  readonly token: CurrentRefreshToken;
  /** A note about the device. */
  readonly device: string | null;
  /** How many sessions the subject may have; the longest unused ones end. `null`: any number. */
  readonly maxPerSubject: number | null;
  /** The session has to be there already: it stays, opened when it was, and its refresh token is replaced. */
  readonly existing: boolean;
}

/** A refresh token that is presented. */
export interface PresentedRefreshToken extends SessionLimits {
  /** The hash of the subject. */
  readonly subject: string;
  /** The session it claims to belong to. */
  readonly sid: string;
  /** Its `jti`. */
  readonly presentedId: string;
  /** What is to follow it; `null`: it is only judged, nothing is consumed. */
  readonly successor: CurrentRefreshToken | null;
  /** How long after a rotation the parent of the current token is still answered with it, in milliseconds. */
  readonly grace: number;
  /**
   * For a token made elsewhere: where the session does not exist, the token's `jti` is not denied and the subject was not
   * cut off since, open the session with the token as parent of its successor, and deny its `jti`.
   */
  readonly adopt: Adoption | null;
}

/** What is to be known of a token made elsewhere that opens a session. */
export interface Adoption {
  /** For how long its `jti` is denied then, in milliseconds; `null`: for ever. */
  readonly denyFor: number | null;
  /** Its `iat` (NumericDate); where the subject's cut-off, in whole seconds, is not before it, the token is `unknown`. */
  readonly issuedAt: number;
  /** How many sessions the subject may have, as in `OpenSession`. */
  readonly maxPerSubject: number | null;
}

/**
 * What became of a refresh token that was presented: `current`: it is the one (and was only judged); `rotated`: it was,
 * and its successor is now; `repeated`: it is the parent of the current one, within grace; `reused`: neither, and the
 * session has been ended; `unknown`: there is no such session; `late`: the deadline had passed, nothing was done.
 */
export type RefreshOutcome =
  | { readonly outcome: 'current' | 'rotated' | 'repeated'; readonly session: SessionRecord }
  | { readonly outcome: 'reused' | 'unknown' | 'late' };

/** What is asked about one token. */
export interface LookUpQuery {
  /** The hash of the subject. */
  readonly subject: string;
  /** Its session; `null`: none. */
  readonly sid: string | null;
  /** Its id; `null`: none. */
  readonly jti: string | null;
}

/** What a store knows about one token. */
export interface LookUp {
  /** Its session; `null` where there is none of that id. */
  readonly session: SessionRecord | null;
  /** Whether the `jti` was denied. */
  readonly denied: boolean;
  /** Tokens without session that were issued up to this time (milliseconds) are refused; `null`: no limit. */
  readonly cutOff: number | null;
}

/** Which sessions of a subject are to be ended. */
export interface EndSessions {
  /** The hash of the subject. */
  readonly subject: string;
  /** Those opened at or before this time; `null`, or a time to come: now. The subject's cut-off moves there, forward only. */
  readonly before: number | null;
  /** But not this one. */
  readonly except: string | null;
}

/** A connection over which a store tells of changes. */
export interface StoreWatch {
  /** Resolves when the connection has answered: what changed before has been told then. Rejects when it is lost. */
  ping(): Promise<void>;
  /** Ends it. */
  close(): void;
}

/**
 * Where sessions and revoked tokens are kept: extend it for a store of your own, and run the suite of
 * `nestjs-jwt-extended/testing` on it. Each method is one atomic step across processes. `deadline` is a time of the
 * store's clock (milliseconds): a write that comes to be applied later must change nothing and say so. What goes wrong
 * is thrown; what hangs is cut off by the caller.
 */
export abstract class RevocationStore {
  /** The store's clock, in milliseconds since 1970. */
  abstract now(): Awaitable<number>;

  /** What is known about a token: one round trip of plain reads. */
  abstract lookUp(query: LookUpQuery): Awaitable<LookUp>;

  /** Opens a session, or replaces the refresh token of one; `unknown` where that one is not there. */
  abstract openSession(
    open: OpenSession,
    deadline: number,
  ): Awaitable<{ outcome: 'opened'; session: SessionRecord } | { outcome: 'unknown' | 'late' }>;

  /** Judges a refresh token and puts its successor in its place, in one step. */
  abstract present(token: PresentedRefreshToken, deadline: number): Awaitable<RefreshOutcome>;

  /** Ends one session; also good where there is none. `false`: too late. */
  abstract endSession(subject: string, sid: string, deadline: number): Awaitable<boolean>;

  /** Ends sessions of a subject and moves its cut-off. `false`: too late. */
  abstract endSessions(end: EndSessions, deadline: number): Awaitable<boolean>;

  /** Denies a token's `jti` for so many milliseconds (`null`: for ever). `false`: too late. */
  abstract deny(subject: string, jti: string, lifetime: number | null, deadline: number): Awaitable<boolean>;

  /** The subject's sessions, the last used first. */
  abstract listSessions(subject: string): Awaitable<SessionRecord[]>;

  /** Why `watch` cannot be used, and what to do; `null` where it can. */
  readonly watchProblem: string | null =
    'This store cannot tell of changes: leave "push" out, answers are remembered for "staleness" all the same.';

  /** Tells of every change to a subject, whoever makes it (`null`: to any), for as long as the watch is open. */
  watch(_onChange: (subject: string | null) => void): Awaitable<StoreWatch> {
    throw new TypeError(this.watchProblem ?? 'This store cannot tell of changes.');
  }

  /** What is wrong with how the store is set up, in a sentence each; asked once at the start. */
  describeProblems(): Awaitable<string[]> {
    return [];
  }
}
