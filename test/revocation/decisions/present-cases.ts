import type { Adoption, PresentedRefreshToken, RefreshOutcome, SessionRecord } from 'nestjs-jwt-extended/store';
import type { SessionWrite } from '../../../src/stores/session-decisions.js';
import { ISSUED_AT, NEW_SESSION, otherSession, SESSION, stored, type PresentCase, type StateCase } from './case.js';

const NEXT = { id: 'next', issuedAt: ISSUED_AT + 60, csrf: 'next csrf', lifetime: 3_600 };

/** The session after its current token was rotated. */
const ROTATED: SessionRecord = {
  ...SESSION,
  currentId: 'next',
  parentId: 'current',
  rotatedAt: 0,
  issuedAt: ISSUED_AT + 60,
  refreshExpires: ISSUED_AT + 3_660,
  csrf: 'next csrf',
  lastUsedAt: 0,
  expiresAt: 3_600_000,
};

/** The session that an adopted token opens. */
const ADOPTED: SessionRecord = { ...ROTATED, parentId: 'foreign', openedAt: 0, device: null };

const ADOPTION: Adoption = { denyFor: 7_200_000, issuedAt: -60, maxPerSubject: null };
const DENIAL = { jti: 'foreign', until: 7_200_000 };

const current = (changes: Partial<PresentedRefreshToken> = {}): PresentCase['present'] => ({
  sid: 'session',
  presentedId: 'current',
  successor: NEXT,
  grace: 60_000,
  adopt: null,
  maxAge: null,
  leeway: 0,
  ...changes,
});
const parent = (changes: Partial<PresentedRefreshToken> = {}) => current({ presentedId: 'parent', ...changes });
const foreign = (changes: Partial<PresentedRefreshToken> = {}, adopt: Partial<Adoption> = {}) =>
  current({ presentedId: 'foreign', adopt: { ...ADOPTION, ...adopt }, ...changes });
const checked = { successor: null };

const there: StateCase = { sessions: [stored()] };
const never = { expiresAt: null, refreshExpires: null };

type Expected = Pick<PresentCase, 'answer' | 'write' | 'remaining'>;

const unchanged = (answer: RefreshOutcome): Expected => ({ answer, write: { write: 'nothing' } });
const unknown = unchanged({ outcome: 'unknown' });
const late = unchanged({ outcome: 'late' });
const isCurrent = unchanged({ outcome: 'current', session: SESSION });
const repeated = unchanged({ outcome: 'repeated', session: SESSION });
const ended = (outcome: 'reused' | 'unknown'): Expected => ({
  answer: { outcome },
  write: { write: 'end' },
  remaining: [],
});

function rotated(
  record: Partial<SessionRecord> = {},
  { leeway = 0, ...write }: { leeway?: number } & Partial<Extract<SessionWrite, { write: 'session' }>> = {},
  remaining = ['session'],
): Expected {
  const session = { ...ROTATED, ...record };
  const keepUntil = session.expiresAt === null ? null : session.expiresAt + leeway;
  return {
    answer: { outcome: 'rotated', session },
    write: { write: 'session', record: session, keepUntil, denial: null, maxPerSubject: null, ...write },
    remaining,
  };
}

const adopted = (record: Partial<SessionRecord> = {}, denial = DENIAL) =>
  rotated({ ...ADOPTED, ...record }, { denial });

/** The current token of a session. */
const ROTATIONS: PresentCase[] = [
  { name: 'the current token is rotated', state: there, present: current(), ...rotated() },
  { name: 'the current token is only checked', state: there, present: current(checked), ...isCurrent },
  {
    name: 'the first token of a session is rotated',
    state: { sessions: [stored(NEW_SESSION)] },
    present: current(),
    ...rotated(),
  },
  {
    name: 'the first token of a session is only checked',
    state: { sessions: [stored(NEW_SESSION)] },
    present: current(checked),
    ...unchanged({ outcome: 'current', session: stored(NEW_SESSION).record }),
  },
  { name: 'a grace of 0 does not hinder a rotation', state: there, present: current({ grace: 0 }), ...rotated() },
  {
    name: 'the successor never expires and has no csrf',
    state: there,
    present: current({ successor: { ...NEXT, csrf: null, lifetime: null } }),
    ...rotated({ ...never, csrf: null }),
  },
  {
    name: 'the record outlives the session by the leeway',
    state: there,
    present: current({ leeway: 5_000 }),
    ...rotated({}, { leeway: 5_000 }),
  },
  {
    name: 'maxAge, counted from the opening, ends the successor',
    state: there,
    present: current({ maxAge: 660_500 }),
    ...rotated({ expiresAt: 60_500, refreshExpires: ISSUED_AT + 120 }),
  },
  {
    name: 'maxAge ends a successor that would never expire',
    state: there,
    present: current({ maxAge: 660_500, successor: { ...NEXT, lifetime: null } }),
    ...rotated({ expiresAt: 60_500, refreshExpires: ISSUED_AT + 120 }),
  },
  {
    name: 'the successor ends before maxAge',
    state: there,
    present: current({ maxAge: 86_400_000 }),
    ...rotated(),
  },
  {
    name: 'the successor ends earlier than the token',
    state: there,
    present: current({ successor: { ...NEXT, lifetime: 60 } }),
    ...rotated({ expiresAt: 60_000, refreshExpires: ISSUED_AT + 120 }),
  },
  {
    name: 'the successor of a token that never expires ends',
    state: { sessions: [stored(never)] },
    present: current(),
    ...rotated(),
  },
  {
    name: 'a shorter leeway removes the record earlier',
    state: { sessions: [stored({}, 600_000)] },
    present: current({ leeway: 1_000, successor: { ...NEXT, lifetime: 3_601 } }),
    ...rotated({ expiresAt: 3_601_000, refreshExpires: ISSUED_AT + 3_661 }, { leeway: 1_000 }),
  },
  {
    name: 'maxAge ends the successor in the millisecond in which the token ends',
    state: there,
    present: current({ maxAge: 4_200_000, successor: { ...NEXT, lifetime: null } }),
    ...rotated(),
  },
  {
    name: 'the successor has no time',
    state: there,
    present: current({ successor: { ...NEXT, lifetime: 0 } }),
    ...ended('unknown'),
  },
  {
    name: 'the current token is rotated, and the clock was put back',
    state: { sessions: [stored({ rotatedAt: 60_000, lastUsedAt: 60_000 }), otherSession('other', -30_000)] },
    present: current(),
    ...rotated({}, {}, ['session', 'other']),
  },
  {
    name: 'the first token of a session without a note about the device is rotated',
    state: { sessions: [stored({ ...NEW_SESSION, device: null })] },
    present: current(),
    ...rotated({ device: null }),
  },
  {
    name: 'one millisecond of maxAge is left',
    state: there,
    present: current({ maxAge: 600_001 }),
    isExact: true,
    ...rotated({ expiresAt: 1, refreshExpires: ISSUED_AT + 60 }),
  },
  {
    name: 'nothing of maxAge is left',
    state: there,
    present: current({ maxAge: 600_000 }),
    ...ended('unknown'),
  },
  {
    name: 'maxAge is over, and the record stays for the leeway',
    state: { sessions: [stored({ expiresAt: -5_000 }, 600_000)] },
    present: current({ maxAge: 595_000, leeway: 600_000 }),
    ...ended('unknown'),
  },
  {
    name: 'the token has expired within the leeway, and is rotated',
    state: { sessions: [stored({ expiresAt: -5_000 }, 600_000)] },
    present: current({ leeway: 600_000 }),
    ...rotated({}, { leeway: 600_000 }),
  },
  {
    name: 'the token has expired within the leeway, and is only checked',
    state: { sessions: [stored({ expiresAt: -5_000 }, 600_000)] },
    present: current(checked),
    ...unchanged({ outcome: 'current', session: stored({ expiresAt: -5_000 }).record }),
  },
  {
    name: 'a rotation does not end other sessions, even if the token could be adopted',
    state: { sessions: [otherSession('other', 90_000), stored()] },
    present: current({ adopt: { ...ADOPTION, maxPerSubject: 1 } }),
    ...rotated({}, {}, ['session', 'other']),
  },
];

/** A token of the session that is not the current one. */
const OTHER_TOKENS: PresentCase[] = [
  { name: 'the parent is presented within grace', state: there, present: parent(), ...repeated },
  { name: 'the parent is only checked within grace', state: there, present: parent(checked), ...repeated },
  {
    name: 'the parent is presented in the last millisecond of grace',
    state: there,
    present: parent({ grace: 30_001 }),
    isExact: true,
    ...repeated,
  },
  {
    name: 'the parent is presented when grace ends',
    state: there,
    present: parent({ grace: 30_000 }),
    ...ended('reused'),
  },
  { name: 'the parent is presented long after grace', state: there, present: parent({ grace: 1 }), ...ended('reused') },
  {
    name: 'the parent is only checked after grace',
    state: there,
    present: parent({ grace: 1_000, ...checked }),
    ...ended('reused'),
  },
  {
    name: 'the parent is presented, and grace is 0',
    state: { sessions: [stored({ rotatedAt: 0, lastUsedAt: 0 })] },
    present: parent({ grace: 0 }),
    ...ended('reused'),
  },
  {
    name: 'the parent is presented, grace is 0, and the clock was put back',
    state: { sessions: [stored({ rotatedAt: 60_000, lastUsedAt: 60_000 })] },
    present: parent({ grace: 0 }),
    ...ended('reused'),
  },
  {
    name: 'the parent is presented within grace, and the clock was put back',
    state: { sessions: [stored({ rotatedAt: 60_000, lastUsedAt: 60_000 })] },
    present: parent(),
    ...unchanged({ outcome: 'repeated', session: stored({ rotatedAt: 60_000, lastUsedAt: 60_000 }).record }),
  },
  {
    name: 'the parent is presented, and a leeway has no influence',
    state: there,
    present: parent({ grace: 1_000, leeway: 600_000 }),
    ...ended('reused'),
  },
  {
    name: 'the parent is presented within grace, and adoption has no influence',
    state: there,
    present: parent({ adopt: ADOPTION }),
    ...repeated,
  },
  {
    name: 'an older token is presented',
    state: there,
    present: current({ presentedId: 'grandparent' }),
    ...ended('reused'),
  },
  {
    name: 'an older token is only checked',
    state: there,
    present: current({ presentedId: 'grandparent', ...checked }),
    ...ended('reused'),
  },
  {
    name: 'another token is presented, and could be adopted',
    state: there,
    present: foreign(),
    ...ended('reused'),
  },
  ...['null', '', 'parent'].map((presentedId) => ({
    name: `the token "${presentedId}" is presented before the first rotation`,
    state: { sessions: [stored(NEW_SESSION)] },
    present: current({ presentedId }),
    ...ended('reused'),
  })),
  {
    name: 'a reuse ends no other session',
    state: { sessions: [otherSession('other', 90_000), stored()] },
    present: current({ presentedId: 'grandparent' }),
    ...ended('reused'),
    remaining: ['other'],
  },
];

const WITHOUT_SESSION: PresentCase[] = [
  { name: 'the session does not exist', state: {}, present: current(), ...unknown },
  {
    name: 'the session does not exist, and the token is only checked',
    state: {},
    present: current(checked),
    ...unknown,
  },
  {
    name: 'only another session exists',
    state: { sessions: [otherSession('other', 90_000)] },
    present: current({ presentedId: 'token of other' }),
    ...unknown,
  },
  {
    name: 'the session has expired',
    state: { sessions: [stored({ expiresAt: -5_000 }, 1_000)] },
    present: current(),
    ...unknown,
    remaining: [],
  },
];

const ADOPTIONS: PresentCase[] = [
  { name: 'a token is adopted', state: {}, present: foreign(), ...adopted() },
  {
    name: 'an adopted token is denied for ever',
    state: {},
    present: foreign({}, { denyFor: null }),
    ...rotated(ADOPTED, { denial: { jti: 'foreign', until: null } }),
  },
  {
    name: 'maxAge ends the successor of an adopted token',
    state: {},
    present: foreign({ maxAge: 90_700 }),
    ...adopted({ expiresAt: 90_700, refreshExpires: ISSUED_AT + 150 }),
  },
  { name: 'a token that is only checked is not adopted', state: {}, present: foreign(checked), ...unknown },
  { name: 'a denied token is not adopted', state: { denied: { foreign: 60_000 } }, present: foreign(), ...unknown },
  {
    name: 'a token whose denial is over is adopted',
    state: { denied: { foreign: -1_000 } },
    present: foreign(),
    ...adopted(),
  },
  {
    name: 'a token is adopted while others are denied',
    state: { denied: { another: 60_000 } },
    present: foreign(),
    ...adopted(),
  },
  {
    name: 'a token from before the cut-off is not adopted',
    state: { cutOff: -4_500 },
    present: foreign({}, { issuedAt: -6 }),
    ...unknown,
  },
  {
    name: 'a token from the second of the cut-off is not adopted',
    state: { cutOff: -4_500 },
    present: foreign({}, { issuedAt: -5 }),
    ...unknown,
  },
  {
    name: 'a token from the second after the cut-off is adopted',
    state: { cutOff: -4_500 },
    present: foreign({}, { issuedAt: -4 }),
    ...adopted(),
  },
  {
    name: 'a token is adopted where an expired session had its id',
    state: { sessions: [stored({ expiresAt: -5_000 }, 1_000)] },
    present: foreign(),
    ...adopted(),
  },
  {
    name: 'a successor without time is not adopted',
    state: {},
    present: foreign({ successor: { ...NEXT, lifetime: 0 } }),
    ...unknown,
  },
  {
    name: 'an adoption ends the least recently used sessions beyond the limit',
    state: { sessions: [otherSession('first', 90_000), otherSession('second', 60_000), otherSession('third', 30_000)] },
    present: foreign({}, { maxPerSubject: 2 }),
    ...rotated(ADOPTED, { denial: DENIAL, maxPerSubject: 2 }, ['session', 'third']),
  },
];

const LATE: PresentCase[] = Object.entries({
  'the current token': [there, current()],
  'the current token, only checked,': [there, current(checked)],
  'the parent within grace': [there, parent()],
  'an older token': [there, current({ presentedId: 'grandparent' })],
  'a token without session': [{}, current()],
  'a token to adopt': [{}, foreign()],
} satisfies Record<string, [StateCase, PresentCase['present']]>).map(([token, [state, present]]) => ({
  name: `${token} comes after the deadline`,
  state,
  present,
  deadline: -1,
  ...late,
}));

export const PRESENT_CASES: readonly PresentCase[] = [
  ...ROTATIONS,
  ...OTHER_TOKENS,
  ...WITHOUT_SESSION,
  ...ADOPTIONS,
  ...LATE,
  {
    name: 'the current token comes in the millisecond of the deadline',
    state: there,
    present: current(),
    deadline: 0,
    isExact: true,
    ...rotated(),
  },
];
