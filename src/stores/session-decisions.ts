import type {
  CurrentRefreshToken,
  EndSessions,
  OpenOutcome,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  SessionRecord,
} from './revocation-store.js';
import { renewSession, type StoredSession } from './session-renewal.js';

// Functions without I/O and without a clock. A store reads, asks one of them, and writes what it answers in one atomic
// step. Times are milliseconds of the store's clock. The Lua scripts of the Redis store decide the same: all stores pass
// the cases of test/revocation/decisions.

/** What a store has read about one session. */
export interface SessionState {
  readonly now: number;
  /** The session; `null` if there is none, or its time is over. */
  readonly session: SessionRecord | null;
}

/** What a store has read about a presented refresh token. */
export interface PresentationState extends SessionState {
  /** Whether its `jti` is denied. Only adoption asks. */
  readonly denied: boolean;
  /** The cut-off of its subject; `null` if there is none. Only adoption asks. */
  readonly cutOff: number | null;
}

/** What a store has read about a subject. */
export interface SubjectState {
  readonly now: number;
  readonly cutOff: number | null;
}

/** A `jti` to deny, and until when; `null`: for ever. */
export interface Denial {
  readonly jti: string;
  readonly until: number | null;
}

/** What a store must write. */
export type SessionWrite =
  | { readonly write: 'nothing' }
  /** Removes the session. */
  | { readonly write: 'end' }
  /** Stores the session and the denial, then ends the sessions of the subject beyond `maxPerSubject`. */
  | (StoredSession & {
      readonly write: 'session';
      readonly denial: Denial | null;
      readonly maxPerSubject: number | null;
    });

/** A store's answer, and what it must write for the answer to be true. */
export type Decision<Answer> = SessionWrite & { readonly answer: Answer };

/** The decision about a write whose deadline has passed. */
export const LATE = { write: 'nothing', answer: { outcome: 'late' } } as const;

const UNKNOWN = { write: 'nothing', answer: { outcome: 'unknown' } } as const;
const ENDED = { write: 'end', answer: { outcome: 'unknown' } } as const;

/** Decides what becomes of a session to open, or of a session that gets a new refresh token without rotation. */
export function decideOpening(open: OpenSession, state: SessionState, deadline: number): Decision<OpenOutcome> {
  const { now, session } = state;
  if (now > deadline) return LATE;
  if (open.existing && session === null) return UNKNOWN;
  const { openedAt, device } = open.existing && session !== null ? session : { openedAt: now, device: open.device };
  const stored = renewSession({ ...open, openedAt, device, parentId: null }, now);
  if (stored === null) return session === null ? UNKNOWN : ENDED;
  const answer = { outcome: 'opened', session: stored.record } as const;
  return {
    write: 'session',
    ...stored,
    denial: null,
    maxPerSubject: open.existing ? null : open.maxPerSubject,
    answer,
  };
}

/** Decides what becomes of a presented refresh token (RFC 9700 s.4.14.2). */
export function decidePresentation(
  token: PresentedRefreshToken,
  state: PresentationState,
  deadline: number,
): Decision<RefreshOutcome> {
  const { now, session } = state;
  if (now > deadline) return LATE;
  if (session === null) return decideAdoption(token, state);
  if (token.presentedId === session.currentId) return decideRotation(token, session, now);
  if (isRepeated(token, session, now)) return { write: 'nothing', answer: { outcome: 'repeated', session } };
  return { write: 'end', answer: { outcome: 'reused' } };
}

function decideRotation(token: PresentedRefreshToken, session: SessionRecord, now: number): Decision<RefreshOutcome> {
  const { successor } = token;
  if (successor === null) return { write: 'nothing', answer: { outcome: 'current', session } };
  return decideSuccession(token, successor, session, now);
}

/** Decides what becomes of a session whose current token is replaced by its successor. */
export function decideSuccession(
  { sid, presentedId, maxAge, leeway }: PresentedRefreshToken,
  successor: CurrentRefreshToken,
  { openedAt, device }: Pick<SessionRecord, 'openedAt' | 'device'>,
  now: number,
): Decision<RefreshOutcome> {
  const renewal = { sid, token: successor, parentId: presentedId, openedAt, device, maxAge, leeway };
  const stored = renewSession(renewal, now);
  if (stored === null) return ENDED;
  const answer = { outcome: 'rotated', session: stored.record } as const;
  return { write: 'session', ...stored, denial: null, maxPerSubject: null, answer };
}

function decideAdoption(token: PresentedRefreshToken, state: PresentationState): Decision<RefreshOutcome> {
  const { presentedId, successor, adopt } = token;
  if (adopt === null || successor === null) return UNKNOWN;
  if (state.denied || isCutOff(adopt.issuedAt, state.cutOff)) return UNKNOWN;
  const { now } = state;
  const opened = { parentId: presentedId, openedAt: now, device: null };
  const stored = renewSession({ ...token, token: successor, ...opened }, now);
  if (stored === null) return UNKNOWN;
  const denial = { jti: presentedId, until: adopt.denyFor === null ? null : now + adopt.denyFor };
  const answer = { outcome: 'rotated', session: stored.record } as const;
  return { write: 'session', ...stored, denial, maxPerSubject: adopt.maxPerSubject, answer };
}

/** The parent of the current token is answered again within `grace`. A clock that was put back does not revive a grace of 0. */
function isRepeated({ presentedId, grace }: PresentedRefreshToken, session: SessionRecord, now: number): boolean {
  const { parentId, rotatedAt } = session;
  return presentedId === parentId && rotatedAt !== null && grace > 0 && now - rotatedAt < grace;
}

/** Whether a cut-off refuses a token without session. `issuedAt` is a NumericDate, so whole seconds are compared. */
export function isCutOff(issuedAt: number, cutOff: number | null): boolean {
  return cutOff !== null && issuedAt <= Math.floor(cutOff / 1000);
}

/** Which sessions of a subject end together, and where its cut-off moves. */
export interface Ending {
  /** `false` if the deadline has passed: then nothing changes. */
  readonly applied: boolean;
  readonly ends: (session: Pick<SessionRecord, 'sid' | 'openedAt'>) => boolean;
  readonly cutOff: number | null;
}

/** Decides which sessions end and where the cut-off moves. */
export function decideEnding({ before, except }: EndSessions, { now, cutOff }: SubjectState, deadline: number): Ending {
  if (now > deadline) return { applied: false, ends: () => false, cutOff };
  // "Now" ends all sessions, even those that were opened before the clock was put back.
  const endsAll = before === null || before >= now;
  const moved = Math.max(cutOff ?? -Infinity, endsAll ? now : before);
  return {
    applied: true,
    ends: ({ sid, openedAt }) => sid !== except && (endsAll || openedAt <= before),
    cutOff: moved,
  };
}

/** The sessions that must end so that no more than `maxPerSubject` remain. Expects the last used session first. */
export function sessionsBeyond(sessions: readonly SessionRecord[], maxPerSubject: number): readonly string[] {
  return sessions.slice(maxPerSubject).map(({ sid }) => sid);
}
