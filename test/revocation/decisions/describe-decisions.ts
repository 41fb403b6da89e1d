import { randomBytes } from 'node:crypto';
import type { OpenOutcome, RefreshOutcome, RevocationStore } from 'nestjs-jwt-extended/store';
import { decideOpening, decidePresentation, type Decision } from '../../../src/stores/session-decisions.js';
import type { StoredSession } from '../../../src/stores/session-renewal.js';
import { CaseInTime } from './case-in-time.js';
import type { EndCase, OpenCase, PresentCase, StateCase } from './case.js';
import { END_CASES } from './end-cases.js';
import { OPEN_CASES } from './open-cases.js';
import { PRESENT_CASES } from './present-cases.js';

/** A store into which a test can put sessions of the past. */
export interface SeededStore {
  readonly store: RevocationStore;
  /** Stores a session as the store itself does. Its times are those of the store's clock. */
  put(subject: string, session: StoredSession): Promise<void> | void;
  /** Stops the store's clock at a time, for the cases that are about one millisecond. */
  stopClock?(time: number): void;
}

type AnyCase = PresentCase | OpenCase | EndCase;
type Walk<Each> = (store: RevocationStore, inTime: CaseInTime, each: Each) => Promise<void>;

/**
 * A real clock goes on between the state and the decision, and a difference of 30 s would change the result of some cases. A
 * test that took longer than this, in milliseconds, runs again.
 */
const MAY_TAKE = 10_000;

/** Walks all cases on a store: it must answer and write what the decisions in `src/stores` say. */
export function describeDecisions(seeded: () => SeededStore, { clockStands = false } = {}): void {
  const itDecides = <Each extends AnyCase>(cases: readonly Each[], walk: Walk<Each>) =>
    it.each(cases.filter(({ isExact }) => clockStands || !isExact).map((each) => [each.name, each] as const))(
      '%s',
      (_name, each) => inTime(seeded(), each, walk),
    );
  describe('decides about a presented refresh token', () => itDecides(PRESENT_CASES, walkPresentation));
  describe('decides about a session to open', () => itDecides(OPEN_CASES, walkOpening));
  describe('decides about sessions to end', () => itDecides(END_CASES, walkEnding));
}

async function inTime<Each extends AnyCase>(seeded: SeededStore, each: Each, walk: Walk<Each>): Promise<void> {
  const { store } = seeded;
  for (;;) {
    const base = Math.floor((await store.now()) / 1_000) * 1_000;
    const caseInTime = new CaseInTime(base, randomBytes(16).toString('base64url'));
    await seed(seeded, each.state, caseInTime);
    const [result] = await Promise.allSettled([walk(store, caseInTime, each)]);
    if ((await store.now()) - base > MAY_TAKE) continue;
    if (result.status === 'rejected') throw result.reason;
    return;
  }
}

async function seed(seeded: SeededStore, state: StateCase, caseInTime: CaseInTime): Promise<void> {
  const { store } = seeded;
  const { base, subject } = caseInTime;
  seeded.stopClock?.(base);
  const deadline = base + 600_000;
  const before = caseInTime.cutOff(state);
  if (before !== null) await store.endSessions({ subject, before, except: null }, deadline);
  for (const [jti, until] of Object.entries(state.denied ?? {})) await store.deny(subject, jti, until, deadline);
  const sessions = caseInTime.sessions(state).sort((left, right) => left.record.lastUsedAt - right.record.lastUsedAt);
  for (const session of sessions) await seeded.put(subject, session);
  seeded.stopClock?.(base);
}

async function walkPresentation(store: RevocationStore, caseInTime: CaseInTime, each: PresentCase): Promise<void> {
  const token = caseInTime.present(each);
  const deadline = caseInTime.deadline(each);
  const { answer, now } = await timed(store, each, caseInTime, () => store.present(token, deadline));
  const session = caseInTime.session(each.state, token.sid);
  const denied = caseInTime.isDenied(each.state, token.presentedId);
  const state = { now, session, denied, cutOff: caseInTime.cutOff(each.state) };
  const decision = decidePresentation(token, state, deadline);
  await expectAnswer(answer, store, caseInTime, each, decision);
  await expectWritten(store, caseInTime, each, decision);
}

async function walkOpening(store: RevocationStore, caseInTime: CaseInTime, each: OpenCase): Promise<void> {
  const open = caseInTime.open(each);
  const deadline = caseInTime.deadline(each);
  const { answer, now } = await timed(store, each, caseInTime, () => store.openSession(open, deadline));
  const decision = decideOpening(open, { now, session: caseInTime.session(each.state, open.sid) }, deadline);
  await expectAnswer(answer, store, caseInTime, each, decision);
  await expectWritten(store, caseInTime, each, decision);
}

/** The result, and its time by the store's clock. A result with a session contains that time. */
async function timed<Answer extends OpenOutcome | RefreshOutcome>(
  store: RevocationStore,
  each: PresentCase | OpenCase,
  { base }: CaseInTime,
  call: () => Answer | Promise<Answer>,
): Promise<{ answer: Answer; now: number }> {
  const from = await store.now();
  const answer = await call();
  expect(answer.outcome).toBe(each.answer.outcome);
  if (each.write.write !== 'session' || !('session' in answer)) return { answer, now: base };
  const { lastUsedAt: now } = answer.session;
  expect(now).toBeGreaterThanOrEqual(from);
  expect(now).toBeLessThanOrEqual(await store.now());
  return { answer, now };
}

async function expectAnswer(
  answer: OpenOutcome | RefreshOutcome,
  store: RevocationStore,
  caseInTime: CaseInTime,
  { state }: PresentCase | OpenCase,
  decision: Decision<OpenOutcome | RefreshOutcome>,
): Promise<void> {
  const left = await sidsOf(store, caseInTime.subject);
  const othersEnded = caseInTime.currentSessions(state).some(({ sid }) => !left.includes(sid));
  const isLimited = decision.write === 'session' && decision.maxPerSubject !== null;
  expect(answer).toEqual({ ...decision.answer, ...(isLimited && { othersEnded }) });
}

async function expectWritten(
  store: RevocationStore,
  caseInTime: CaseInTime,
  each: PresentCase | OpenCase,
  decision: Decision<unknown>,
): Promise<void> {
  const { subject } = caseInTime;
  const { state, remaining } = each;
  const [sid, jti] =
    'open' in each ? [each.open.sid, each.open.token.id] : [each.present.sid, each.present.presentedId];
  const before = caseInTime.session(state, sid);
  const session = { nothing: before, end: null, session: decision.write === 'session' ? decision.record : null };
  const denies = decision.write === 'session' && decision.denial !== null;
  expect(await store.lookUp({ subject, sid, jti })).toEqual({
    session: session[decision.write],
    denied: denies || caseInTime.isDenied(state, jti),
    cutOff: caseInTime.cutOff(state),
  });
  expect(await sidsOf(store, subject)).toEqual(
    remaining ?? caseInTime.currentSessions(state).map((record) => record.sid),
  );
}

async function walkEnding(store: RevocationStore, caseInTime: CaseInTime, each: EndCase): Promise<void> {
  const { subject } = caseInTime;
  const from = await store.now();
  expect(await store.endSessions(caseInTime.end(each), caseInTime.deadline(each))).toBe(each.applied);
  const { cutOff } = await store.lookUp({ subject, sid: null, jti: null });
  if (each.cutOff === 0) {
    expect(cutOff).toBeGreaterThanOrEqual(from);
    expect(cutOff).toBeLessThanOrEqual(await store.now());
  } else {
    expect(cutOff).toBe(caseInTime.cutOff(each));
  }
  const before = caseInTime.currentSessions(each.state).map(({ sid }) => sid);
  expect(await sidsOf(store, subject)).toEqual(before.filter((sid) => !each.ended.includes(sid)));
}

async function sidsOf(store: RevocationStore, subject: string): Promise<string[]> {
  return (await store.listSessions(subject)).map(({ sid }) => sid);
}
