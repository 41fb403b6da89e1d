import type { OpenOutcome, RefreshOutcome } from 'nestjs-jwt-extended/store';
import {
  decideEnding,
  decideOpening,
  decidePresentation,
  sessionsBeyond,
  type Decision,
} from '../../../src/stores/session-decisions.js';
import { CaseInTime } from './case-in-time.js';
import type { OpenCase, PresentCase } from './case.js';
import { END_CASES } from './end-cases.js';
import { OPEN_CASES } from './open-cases.js';
import { PRESENT_CASES } from './present-cases.js';

const inTime = new CaseInTime(1_800_000_000_000, 'subject');
const { base: now } = inTime;

function expectDecision(each: PresentCase | OpenCase, decision: Decision<OpenOutcome | RefreshOutcome>): void {
  expect(decision).toEqual({ ...inTime.write(each.write), answer: inTime.answer(each.answer) });
  const { sid } = 'open' in each ? each.open : each.present;
  const before = inTime.currentSessions(each.state);
  const left = remainingAfter(before, sid, decision).map((record) => record.sid);
  expect(left).toEqual(each.remaining ?? before.map((record) => record.sid));
}

/** The sessions of a subject after a decision was written. */
function remainingAfter(sessions: ReturnType<CaseInTime['currentSessions']>, sid: string, decision: Decision<unknown>) {
  if (decision.write === 'nothing') return sessions;
  const others = sessions.filter((record) => record.sid !== sid);
  if (decision.write === 'end') return others;
  const all = [decision.record, ...others];
  const ended = decision.maxPerSubject === null ? [] : sessionsBeyond(all, decision.maxPerSubject);
  return all.filter((record) => !ended.includes(record.sid));
}

describe('The decision about a presented refresh token', () => {
  it.each(PRESENT_CASES.map((each) => [each.name, each] as const))('%s', (_name, each) => {
    const token = inTime.present(each);
    const session = inTime.session(each.state, token.sid);
    const denied = inTime.isDenied(each.state, token.presentedId);
    const state = { now, session, denied, cutOff: inTime.cutOff(each.state) };
    expectDecision(each, decidePresentation(token, state, inTime.deadline(each)));
  });
});

describe('The decision about a session to open', () => {
  it.each(OPEN_CASES.map((each) => [each.name, each] as const))('%s', (_name, each) => {
    const open = inTime.open(each);
    const session = inTime.session(each.state, open.sid);
    expectDecision(each, decideOpening(open, { now, session }, inTime.deadline(each)));
  });
});

describe('The decision about sessions to end', () => {
  it.each(END_CASES.map((each) => [each.name, each] as const))('%s', (_name, each) => {
    const state = { now, cutOff: inTime.cutOff(each.state) };
    const { applied, ends, cutOff } = decideEnding(inTime.end(each), state, inTime.deadline(each));
    const ended = inTime.currentSessions(each.state).filter(ends);
    expect({ applied, cutOff }).toEqual({ applied: each.applied, cutOff: inTime.cutOff(each) });
    expect(ended.map(({ sid }) => sid).sort()).toEqual([...each.ended].sort());
  });
});
