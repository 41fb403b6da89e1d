import { ownValue } from '../types/claims.js';
import type {
  LookUp,
  NotedPage,
  NotedRevocation,
  RefreshOutcome,
  SessionPage,
  SessionRecord,
} from '../stores/revocation-store.js';

/** Checks for the result of a write: its form, and whether the write was too late. */
export interface WriteAnswer<T> {
  readonly isValid: (answer: T) => boolean;
  readonly isLate: (answer: T) => boolean;
}

type Opening = { outcome: 'opened'; session: SessionRecord } | { outcome: 'unknown' | 'late' };

/** The result of `openSession`. */
export const OPENING: WriteAnswer<Opening> = outcomes(['opened'], ['unknown', 'late']);

/** The result of `present`. */
export const PRESENTATION: WriteAnswer<RefreshOutcome> = outcomes(
  ['current', 'rotated', 'repeated'],
  ['reused', 'unknown', 'late'],
);

/** The result of writes that return whether they were applied. */
export const APPLIED: WriteAnswer<boolean> = {
  isValid: (answer) => typeof answer === 'boolean',
  isLate: (answer) => !answer,
};

/** Adds a check that the result belongs to the session `sid`. */
export function forSession<T extends { outcome: string }>(sid: string, answers: WriteAnswer<T>): WriteAnswer<T> {
  const isOther = (answer: T): boolean => {
    const session = ownValue(answer, 'session') as SessionRecord | undefined;
    return session !== undefined && session.sid !== sid;
  };
  return { ...answers, isValid: (answer) => answers.isValid(answer) && !isOther(answer) };
}

/** Whether a store's result is a complete look-up of this session. An incomplete one could make the guard accept revoked tokens. */
export function isLookUp(answer: LookUp, sid: string | null): boolean {
  if (!isObject(answer)) return false;
  const { session, denied, cutOff } = answer;
  const isAsked = session === null || (isSession(session) && session.sid === sid);
  return typeof denied === 'boolean' && (cutOff === null || isTime(cutOff)) && isAsked;
}

/** Whether a store's result is a list of sessions. */
export function isList(answer: SessionRecord[]): boolean {
  return Array.isArray(answer) && answer.every(isSession);
}

/** Whether a store's result is a page of sessions. */
export function isPage(answer: SessionPage): boolean {
  if (!isObject(answer)) return false;
  const { sessions, next } = answer as { sessions: SessionRecord[]; next: unknown };
  return isList(sessions) && (next === null || typeof next === 'string');
}

/** Whether a store's result is a list of sessions and tokens that were revoked with a note. */
export function isNotedList(answer: NotedRevocation[]): boolean {
  return Array.isArray(answer) && answer.every(isNoted);
}

/** Whether a store's result is a page of them. */
export function isNotedPage(answer: NotedPage): boolean {
  if (!isObject(answer)) return false;
  const { entries, next } = answer as { entries: NotedRevocation[]; next: unknown };
  return isNotedList(entries) && (next === null || typeof next === 'string');
}

/** Whether a store's result is a list of so many look-ups. `isLookUp` checks each of them. */
export function isListOf(length: number): (answers: readonly LookUp[]) => boolean {
  return (answers) => Array.isArray(answers) && answers.length === length;
}

/** Whether a store's result is a time. */
export function isTime(answer: number): boolean {
  return typeof answer === 'number' && Number.isFinite(answer);
}

function outcomes<T extends { outcome: string }>(withSession: string[], without: string[]): WriteAnswer<T> {
  return {
    isValid: (answer) =>
      isObject(answer) &&
      (without.includes(answer.outcome) ||
        (withSession.includes(answer.outcome) && isSession((answer as { session?: unknown }).session))),
    isLate: ({ outcome }) => outcome === 'late',
  };
}

function isSession(value: unknown): value is SessionRecord {
  if (!isObject(value)) return false;
  const { sid, currentId, issuedAt, refreshExpires } = value as Partial<SessionRecord>;
  const texts = typeof sid === 'string' && typeof currentId === 'string';
  return texts && typeof issuedAt === 'number' && (refreshExpires === null || typeof refreshExpires === 'number');
}

function isNoted(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { session, jti, note, createdAt } = value as Partial<NotedRevocation>;
  const isNamed = session === null ? typeof jti === 'string' : isObject(session) && typeof session.sid === 'string';
  return isNamed && typeof note === 'string' && typeof createdAt === 'number';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
