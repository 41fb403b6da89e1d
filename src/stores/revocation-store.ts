import { after, type Awaitable } from '../types/awaitable.js';
import { pageOf } from './session-pages.js';

/**
 * One log-in, as a store holds it. Times are milliseconds since 1970 by the store's clock. Only `issuedAt` and
 * `refreshExpires` are NumericDates (seconds, RFC 7519 s.2): the library sets them, and a store copies or adds to them.
 */
export interface SessionRecord {
  /** The id of the session: the `sid` claim of all its tokens. */
  readonly sid: string;
  /** The `jti` of the current refresh token, the only one that can be rotated. */
  readonly currentId: string;
  /** The `jti` of the refresh token that was rotated last; `null` before the first rotation. */
  readonly parentId: string | null;
  /** When that rotation happened; `null` before the first one. */
  readonly rotatedAt: number | null;
  /** `iat` of the current refresh token, in seconds. */
  readonly issuedAt: number;
  /** `exp` of the current refresh token, in seconds; `null`: it never expires. */
  readonly refreshExpires: number | null;
  /** `csrf` of the current refresh token; `null` without CSRF protection. */
  readonly csrf: string | null;
  /** When the session was opened. */
  readonly openedAt: number;
  /** When the session last got a refresh token. */
  readonly lastUsedAt: number;
  /** When the session ends by itself; `null`: never. */
  readonly expiresAt: number | null;
  /** The application's note about the device. */
  readonly device: string | null;
}

/** A refresh token that becomes the current one of a session. */
export interface CurrentRefreshToken {
  /** Its `jti`. */
  readonly id: string;
  /** Its `iat`, in seconds. */
  readonly issuedAt: number;
  /** Its `csrf`; `null` without CSRF protection. */
  readonly csrf: string | null;
  /** How long it lives from now, in whole seconds; `null`: for ever. `maxAge` of the session can end it earlier. */
  readonly lifetime: number | null;
}

/** How long a session lives, in milliseconds. */
export interface SessionLimits {
  /** From its opening, however often its token is rotated; `null`: no limit. No token is issued after that. */
  readonly maxAge: number | null;
  /** How long the record stays after its end, for servers whose clocks differ (the option `leeway`). */
  readonly leeway: number;
}

/** A session to open, or a session that gets a new refresh token without rotation. */
export interface OpenSession extends SessionLimits {
  /** The hash of the subject (the user): all entries of a subject belong together. */
  readonly subject: string;
  /** The id of the session. */
  readonly sid: string;
  /** Its refresh token. */
  readonly token: CurrentRefreshToken;
  /** A note about the device. A session that exists keeps its own note. */
  readonly device: string | null;
  /**
   * How many sessions the subject may have, at least 1; `null`: any number. The least recently used ones beyond it end. If there are
   * more than 100 of these, some can end later. It does not count for a session that exists.
   */
  readonly maxPerSubject: number | null;
  /** `true`: the session must exist. It keeps `openedAt` and `device`; its new token has no parent. */
  readonly existing: boolean;
}

/** A refresh token that a client presents. */
export interface PresentedRefreshToken extends SessionLimits {
  /** The hash of the subject. */
  readonly subject: string;
  /** The session that the token names. */
  readonly sid: string;
  /** The `jti` of the token. */
  readonly presentedId: string;
  /** The token that replaces it; `null`: the token is only checked, and not rotated. */
  readonly successor: CurrentRefreshToken | null;
  /** For how many milliseconds after its rotation the parent of the current token is answered once more; 0: never. */
  readonly grace: number;
  /** For a token that this library did not issue: how it may open the session it names; `null`: it may not. */
  readonly adopt: Adoption | null;
}

/**
 * The adoption of a refresh token without a session. It needs three conditions: the session does not exist, the `jti` is not
 * denied, and no cut-off of the subject is at or after `issuedAt`. Then the session opens, and the token becomes the parent of
 * `successor`. Its `jti` is denied, so it is adopted once.
 */
export interface Adoption {
  /** For how many milliseconds the `jti` is denied; `null`: for ever. */
  readonly denyFor: number | null;
  /** `iat` of the token, in seconds. The cut-off is compared in whole seconds, rounded down. */
  readonly issuedAt: number;
  /** How many sessions the subject may have, as in `OpenSession`. */
  readonly maxPerSubject: number | null;
}

/** What a store says of a session that it wrote, or found. */
export interface StoredOutcome {
  /** The session as it is now. */
  readonly session: SessionRecord;
  /**
   * `false`: `maxPerSubject` has ended no other session, so nothing that a process remembers of the subject has changed. A store that
   * cannot tell leaves it out.
   */
  readonly othersEnded?: boolean | undefined;
}

/**
 * What `openSession` did. `opened`: this is the session now. `unknown`: the session does not exist, or has no time left.
 * `late`: the deadline has passed, and nothing was changed.
 */
export type OpenOutcome = (StoredOutcome & { readonly outcome: 'opened' }) | { readonly outcome: 'unknown' | 'late' };

/**
 * What a presented refresh token is, and what became of its session.
 *
 * | outcome    | the token                                    | the session                              |
 * | ---------- | -------------------------------------------- | ---------------------------------------- |
 * | `current`  | is the current one, `successor` is `null`    | stays as it is                           |
 * | `rotated`  | was the current one, or was adopted          | has `successor` as current token         |
 * | `repeated` | is the parent of the current one, in `grace` | stays as it is; `successor` is not used  |
 * | `reused`   | is any other one                             | was ended                                |
 * | `unknown`  |                                              | does not exist, or has no time left      |
 * | `late`     |                                              | was not changed: the deadline has passed |
 */
export type RefreshOutcome =
  | (StoredOutcome & { readonly outcome: 'current' | 'rotated' | 'repeated' })
  | { readonly outcome: 'reused' | 'unknown' | 'late' };

/** A question about one token. */
export interface LookUpQuery {
  /** The hash of the subject. */
  readonly subject: string;
  /** The session of the token; `null`: none. */
  readonly sid: string | null;
  /** The `jti` of the token; `null`: none. */
  readonly jti: string | null;
}

/** What a store knows about one token. */
export interface LookUp {
  /** The session; `null` if the query names none, or if it does not exist or has ended. */
  readonly session: SessionRecord | null;
  /** Whether the `jti` is denied. */
  readonly denied: boolean;
  /** Tokens without session that were issued until this time (milliseconds) are refused; `null`: no cut-off. */
  readonly cutOff: number | null;
}

/** Which sessions of a subject end. */
export interface EndSessions {
  /** The hash of the subject. */
  readonly subject: string;
  /**
   * Sessions that were opened at or before this time (milliseconds) end, and the cut-off moves there unless it is later
   * already. `null` or a time in the future: now, which ends all sessions.
   */
  readonly before: number | null;
  /** The `sid` of a session that does not end; `null`: none. */
  readonly except: string | null;
  /** The application's note, stored with each session that ends. Only for a store that keeps notes. */
  readonly note?: string | undefined;
}

/** A session that ended with a note, as it was then. */
export type EndedSession = Pick<SessionRecord, 'sid' | 'openedAt' | 'lastUsedAt' | 'expiresAt' | 'device'>;

/** The application's note about something that was revoked. */
export interface RevocationNote {
  /** The text of the note. */
  readonly note: string;
  /** When the session ended or the token was denied, in milliseconds of the store's clock. */
  readonly createdAt: number;
}

/** What was revoked with a note: a session that ended, or the `jti` of a denied token. */
export type NotedRevocation = RevocationNote &
  (
    | {
        /** The session that ended; `null`: a token was denied. */
        readonly session: EndedSession;
        /** The `jti` of the denied token; `null`: a session ended. */
        readonly jti: null;
      }
    | {
        /** `null`: a token was denied. */
        readonly session: null;
        /** The `jti` of the denied token. */
        readonly jti: string;
      }
  );

/** Which sessions or notes of a subject to list. */
export interface SessionPageQuery {
  /** The largest number of entries, at least 1. */
  readonly limit: number;
  /** `next` of the page before; `null`: the first page. */
  readonly after: string | null;
}

/** Some sessions of a subject. */
export interface SessionPage {
  /** The sessions, the last used one first. There can be fewer than the limit, even if `next` is not `null`. */
  readonly sessions: readonly SessionRecord[];
  /** Where the next page begins, as the store writes it; `null`: there is none. */
  readonly next: string | null;
}

/** Some of what was revoked of a subject with a note. */
export interface NotedPage {
  /** The entries, in any order. There can be fewer than the limit, even if `next` is not `null`. */
  readonly entries: readonly NotedRevocation[];
  /** Where the next page begins, as the store writes it; `null`: there is none. */
  readonly next: string | null;
}

/** An open connection over which a store reports changes. */
export interface StoreWatch {
  /** Resolves when the store has reported every change that was made before the call. Rejects if the connection is lost. */
  ping(): Promise<void>;
  /** Ends the connection. */
  close(): void;
}

/**
 * Holds sessions, denied tokens and cut-offs. Extend it for a store of your own, and run
 * `describeRevocationStore` of `nestjs-jwt-extended/testing` on it.
 *
 * - Each method is one atomic step, also between processes.
 * - A write has a `deadline`, a time of the store's clock in milliseconds. If the store comes to it later, the write must
 *   change nothing, and its answer is `late` or `false`.
 * - A store throws what goes wrong. The library answers the request with 503. It also stops waiting for a store after
 *   `revocation.timeout`, so a store needs no timeout of its own.
 * - The numbers of a write are whole. A duration or a time is at most 4e15 milliseconds (4e12 seconds).
 * - `sid`, `jti`, `csrf`, `device` and notes can be any text. Subjects are 22 characters of base64url.
 *
 * @example
 * ```ts
 * class MyStore extends RevocationStore {
 *   // the eight abstract methods
 * }
 * describeRevocationStore('MyStore', () => ({ store: new MyStore() }));
 * ```
 */
export abstract class RevocationStore {
  /** The time of the store's clock, in milliseconds since 1970. */
  abstract now(): Awaitable<number>;

  /** Answers what is known about a token. It is called with each request: one round trip that only reads. */
  abstract lookUp(query: LookUpQuery): Awaitable<LookUp>;

  /** How many queries `lookUpMany` answers in one round trip. The library calls it only if this is more than 1. */
  readonly lookUpsAtOnce: number = 1;

  /** Answers several queries, in their order. If one of them fails, all fail. The default asks them one by one. */
  lookUpMany(queries: readonly LookUpQuery[]): Awaitable<readonly LookUp[]> {
    return Promise.all(queries.map(async (query) => this.lookUp(query)));
  }

  /** Opens a session, or gives a session that exists a new refresh token. */
  abstract openSession(open: OpenSession, deadline: number): Awaitable<OpenOutcome>;

  /**
   * Decides what a presented refresh token is, rotates it or ends its session, all in one step. However many requests
   * present one token, only one answer is `rotated`.
   */
  abstract present(token: PresentedRefreshToken, deadline: number): Awaitable<RefreshOutcome>;

  /**
   * Ends a session. `true` if the session does not exist now, whether it did before or not; `false`: too late. A `note` is stored
   * only if the session existed. The library passes one only to a store that keeps notes.
   */
  abstract endSession(subject: string, sid: string, deadline: number, note?: string): Awaitable<boolean>;

  /**
   * Ends sessions of a subject and moves its cut-off. `false`: too late. From the answer on, no session that ended is found, listed or
   * rotated. A store can remove the records later.
   */
  abstract endSessions(end: EndSessions, deadline: number): Awaitable<boolean>;

  /**
   * Denies a `jti` for `lifetime` milliseconds (`null`: for ever), or longer if it is denied for longer already. `false`:
   * too late. A denial keeps its first `note`. The library passes one only to a store that keeps notes.
   */
  abstract deny(
    subject: string,
    jti: string,
    lifetime: number | null,
    deadline: number,
    note?: string,
  ): Awaitable<boolean>;

  /** The sessions of a subject, the last used one first. Sessions that ended are not among them. */
  abstract listSessions(subject: string): Awaitable<SessionRecord[]>;

  /**
   * Some of these sessions, in the same order. A session that is neither used nor ended meanwhile is on one page exactly. A text
   * that was no `next` gets an empty page. The default reads all sessions for each page.
   */
  listSessionPage(subject: string, query: SessionPageQuery): Awaitable<SessionPage> {
    return after(this.listSessions(subject), (sessions) => pageOf(sessions, query));
  }

  /** Whether the store keeps notes. If `false`, the library refuses a note before it revokes anything. */
  readonly keepsNotes: boolean = false;

  /**
   * What was revoked of a subject with a note, the latest first. An entry of a session stays as long as the session's record
   * would have stayed, an entry of a denied token as long as its denial. The default answers none.
   */
  listNoted(_subject: string): Awaitable<NotedRevocation[]> {
    return [];
  }

  /**
   * Some of these entries, in any order. An entry that does not change meanwhile is on at least one page. A text that was no `next`
   * gets an empty page. The default has one page with all entries.
   */
  listNotedPage(subject: string, { after: position }: SessionPageQuery): Awaitable<NotedPage> {
    if (position !== null) return { entries: [], next: null };
    return after(this.listNoted(subject), (entries) => ({ entries, next: null }));
  }

  /**
   * Deletes some of what has expired, in a step that delays other callers for at most 50 ms. Returns whether there may be more. The
   * library calls it every `revocation.purgeInterval`, in each process, until it returns `false`. The default deletes nothing.
   */
  purgeStep(): Awaitable<boolean> {
    return false;
  }

  /** Why the store cannot report changes, and what to do about it; `null`: `watch` works. */
  readonly watchProblem: string | null =
    'This store cannot report changes. Remove "push": the library still remembers answers for "staleness".';

  /**
   * Reports each change that can revoke a token, by any process, until the watch is closed: the subject that changed, or
   * `null` if every subject may have changed. A store may report other changes too. It reports no end by time.
   *
   * @throws TypeError if the store cannot report changes.
   */
  watch(_onChange: (subject: string | null) => void): Awaitable<StoreWatch> {
    throw new TypeError(this.watchProblem ?? 'This store cannot report changes.');
  }

  /** What is wrong with the set-up of the store, one sentence per problem. The library logs them at the start. */
  describeProblems(): Awaitable<string[]> {
    return [];
  }

  /**
   * Ends the connections that the store has opened itself. The library calls it when the application shuts down. A later call of
   * the store opens them again, because several applications can share one store. The default does nothing.
   */
  close(): Awaitable<void> {
    return undefined;
  }
}
