import type { OpenOutcome, OpenSession, SessionRecord } from 'nestjs-jwt-extended/store';
import type { SessionWrite } from '../../../src/stores/session-decisions.js';
import { ISSUED_AT, otherSession, SESSION, stored, type OpenCase, type StateCase } from './case.js';

const TOKEN = { id: 'new', issuedAt: ISSUED_AT + 60, csrf: 'new csrf', lifetime: 3_600 };

/** The session that is opened. */
const OPENED: SessionRecord = {
  sid: 'session',
  currentId: 'new',
  parentId: null,
  rotatedAt: null,
  issuedAt: ISSUED_AT + 60,
  refreshExpires: ISSUED_AT + 3_660,
  csrf: 'new csrf',
  openedAt: 0,
  lastUsedAt: 0,
  expiresAt: 3_600_000,
  device: 'a laptop',
};

/** The session of the state with its new token. */
const REPLACED: SessionRecord = { ...OPENED, openedAt: SESSION.openedAt, device: SESSION.device };

const open = (changes: Partial<OpenSession> = {}): OpenCase['open'] => ({
  sid: 'session',
  token: TOKEN,
  device: 'a laptop',
  maxPerSubject: null,
  existing: false,
  maxAge: null,
  leeway: 0,
  ...changes,
});
const replace = (changes: Partial<OpenSession> = {}) => open({ existing: true, ...changes });

const there: StateCase = { sessions: [stored()] };
const never = { expiresAt: null, refreshExpires: null };
const others = [otherSession('first', 90_000), otherSession('second', 60_000), otherSession('third', 30_000)];

type Expected = Pick<OpenCase, 'answer' | 'write' | 'remaining'>;

const unchanged = (outcome: 'unknown' | 'late'): Expected => ({ answer: { outcome }, write: { write: 'nothing' } });

function opened(
  record: SessionRecord,
  { leeway = 0, ...write }: { leeway?: number } & Partial<Extract<SessionWrite, { write: 'session' }>> = {},
  remaining = ['session'],
): Expected {
  const answer: OpenOutcome = { outcome: 'opened', session: record };
  const keepUntil = record.expiresAt === null ? null : record.expiresAt + leeway;
  return {
    answer,
    write: { write: 'session', record, keepUntil, denial: null, maxPerSubject: null, ...write },
    remaining,
  };
}

const NEW_SESSIONS: OpenCase[] = [
  { name: 'a session is opened', state: {}, open: open(), ...opened(OPENED) },
  {
    name: 'a session without end, csrf and device is opened',
    state: {},
    open: open({ token: { ...TOKEN, csrf: null, lifetime: null }, device: null }),
    ...opened({ ...OPENED, ...never, csrf: null, device: null }),
  },
  {
    name: 'a session with an empty csrf and device is opened',
    state: {},
    open: open({ token: { ...TOKEN, csrf: '' }, device: '' }),
    ...opened({ ...OPENED, csrf: '', device: '' }),
  },
  {
    name: 'the record outlives the session by the leeway',
    state: {},
    open: open({ leeway: 5_000 }),
    ...opened(OPENED, { leeway: 5_000 }),
  },
  {
    name: 'maxAge ends the refresh token',
    state: {},
    open: open({ maxAge: 90_700 }),
    ...opened({ ...OPENED, expiresAt: 90_700, refreshExpires: ISSUED_AT + 150 }),
  },
  { name: 'the refresh token ends before maxAge', state: {}, open: open({ maxAge: 86_400_000 }), ...opened(OPENED) },
  {
    name: 'a refresh token without time opens nothing',
    state: {},
    open: open({ token: { ...TOKEN, lifetime: 0 } }),
    ...unchanged('unknown'),
  },
  { name: 'a session is opened over one of the same id', state: there, open: open(), ...opened(OPENED) },
  {
    name: 'a session is opened where an expired one had its id',
    state: { sessions: [stored({ expiresAt: -5_000 }, 1_000)] },
    open: open(),
    ...opened(OPENED),
  },
  {
    name: 'a session to open comes after the deadline',
    state: { sessions: others },
    open: open({ maxPerSubject: 1 }),
    deadline: -1,
    ...unchanged('late'),
  },
  {
    name: 'a session to open comes in the millisecond of the deadline',
    state: {},
    open: open(),
    deadline: 0,
    isExact: true,
    ...opened(OPENED),
  },
];

const LIMITS: OpenCase[] = [
  {
    name: 'the least recently used sessions beyond the limit end',
    state: { sessions: others },
    open: open({ maxPerSubject: 2 }),
    ...opened(OPENED, { maxPerSubject: 2 }, ['session', 'third']),
  },
  {
    name: 'a limit of 1 leaves the new session',
    state: { sessions: others },
    open: open({ maxPerSubject: 1 }),
    ...opened(OPENED, { maxPerSubject: 1 }),
  },
  {
    name: 'a limit that is not exceeded ends nothing',
    state: { sessions: others },
    open: open({ maxPerSubject: 4 }),
    ...opened(OPENED, { maxPerSubject: 4 }, ['session', 'third', 'second', 'first']),
  },
  {
    name: 'the time of use counts for a limit, not the time of opening',
    state: { sessions: [otherSession('later', 60_000), stored({ sid: 'earlier' })] },
    open: open({ maxPerSubject: 2 }),
    ...opened(OPENED, { maxPerSubject: 2 }, ['session', 'earlier']),
  },
  {
    name: 'expired sessions do not count for a limit',
    state: { sessions: [otherSession('expired', 90_000, -5_000), ...others] },
    open: open({ maxPerSubject: 4 }),
    ...opened(OPENED, { maxPerSubject: 4 }, ['session', 'third', 'second', 'first']),
  },
  {
    name: 'a session that gets a new token counts for no limit',
    state: { sessions: [...others, stored()] },
    open: replace({ maxPerSubject: 1 }),
    ...opened(REPLACED, {}, ['session', 'third', 'second', 'first']),
  },
];

const REPLACEMENTS: OpenCase[] = [
  { name: 'a session gets a new token', state: there, open: replace(), ...opened(REPLACED) },
  { name: 'the session that should exist does not', state: {}, open: replace(), ...unchanged('unknown') },
  {
    name: 'the session that should exist has expired',
    state: { sessions: [stored({ expiresAt: -5_000 }, 1_000)] },
    open: replace(),
    ...unchanged('unknown'),
  },
  {
    name: 'the session that should exist has expired within the leeway',
    state: { sessions: [stored({ expiresAt: -5_000 }, 600_000)] },
    open: replace({ leeway: 600_000 }),
    ...opened(REPLACED, { leeway: 600_000 }),
  },
  {
    name: 'maxAge counts from the opening',
    state: there,
    open: replace({ maxAge: 660_500 }),
    ...opened({ ...REPLACED, expiresAt: 60_500, refreshExpires: ISSUED_AT + 120 }),
  },
  {
    name: 'nothing of maxAge is left',
    state: there,
    open: replace({ maxAge: 600_000 }),
    answer: { outcome: 'unknown' },
    write: { write: 'end' },
    remaining: [],
  },
  {
    name: 'a new token comes after the deadline',
    state: there,
    open: replace(),
    deadline: -1,
    ...unchanged('late'),
  },
];

export const OPEN_CASES: readonly OpenCase[] = [...NEW_SESSIONS, ...LIMITS, ...REPLACEMENTS];
