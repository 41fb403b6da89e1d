import { hidingNote } from '../stores/hidden-note.js';
import type { CurrentRefreshToken, RevocationStore, SessionLimits } from '../stores/revocation-store.js';
import type { Awaitable } from '../types/awaitable.js';

/** The methods of a store that change it. */
export type StoreWrites = Pick<RevocationStore, 'openSession' | 'present' | 'endSession' | 'endSessions' | 'deny'>;

/**
 * The longest duration and the latest time for a store, in milliseconds: more than 100,000 years. The sum of two of them is
 * a safe integer, and now plus one of them is a valid `Date`. Claims and options can have any number, such as an `exp` in
 * nanoseconds; each store has a limit of its own.
 */
export const LONGEST = 4e15;

/**
 * The writes of a store, with every number as a whole one within the bounds. All writes of the library go through this, so
 * that no claim and no option makes one store fail where another one succeeds.
 */
export function boundedWrites(store: RevocationStore): StoreWrites {
  return {
    openSession: (open, deadline) =>
      store.openSession({ ...open, ...boundedLimits(open), token: boundedToken(open.token) }, deadline),
    present: (token, deadline) => {
      const { successor, adopt } = token;
      const bounded = {
        ...token,
        ...boundedLimits(token),
        successor: successor && boundedToken(successor),
        grace: duration(token.grace),
        adopt: adopt && { ...adopt, denyFor: orNull(duration, adopt.denyFor), issuedAt: numericDate(adopt.issuedAt) },
      };
      return store.present(bounded, deadline);
    },
    endSession: (subject, sid, deadline, note) =>
      withNote(note, (...last) => store.endSession(subject, sid, deadline, ...last)),
    endSessions: (end, deadline) =>
      withNote(end.note, () => store.endSessions({ ...end, before: orNull(time, end.before) }, deadline)),
    deny: (subject, jti, lifetime, deadline, note) =>
      withNote(note, (...last) => store.deny(subject, jti, orNull(duration, lifetime), deadline, ...last)),
  };
}

/** Calls a write with its note. A store that knows no notes gets no argument for one. */
function withNote<T>(note: string | undefined, write: (...note: [] | [note: string]) => Awaitable<T>): Awaitable<T> {
  return note === undefined ? write() : hidingNote(note, () => write(note));
}

function boundedLimits({ maxAge, leeway }: SessionLimits): SessionLimits {
  return { maxAge: orNull(duration, maxAge), leeway: duration(leeway) };
}

function boundedToken(token: CurrentRefreshToken): CurrentRefreshToken {
  const { lifetime, issuedAt } = token;
  return { ...token, lifetime: orNull(seconds, lifetime), issuedAt: numericDate(issuedAt) };
}

function orNull(bound: (value: number) => number, value: number | null): number | null {
  return value === null ? null : bound(value);
}

/** Milliseconds, rounded up, so that no entry ends too early. */
function duration(value: number): number {
  return within(Math.ceil(value), LONGEST);
}

/** Seconds, rounded up. */
function seconds(value: number): number {
  return within(Math.ceil(value), LONGEST / 1000);
}

/** Seconds since 1970, without their fraction, as verifiers read them. */
function numericDate(value: number): number {
  return within(Math.trunc(value), LONGEST / 1000);
}

/** Milliseconds since 1970. Nothing was opened or issued before. */
function time(value: number): number {
  return Math.max(0, within(Math.floor(value), LONGEST));
}

/** The sum with 0 turns -0 into 0. */
function within(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit) + 0;
}
