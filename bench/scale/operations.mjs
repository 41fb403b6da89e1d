// The time of each operation of a store that is full, one call at a time.
import { performance } from 'node:perf_hooks';
import { summary } from '../harness/statistics.mjs';
import { denialOf, opening, presenting, sessionOf, subjectOf, uuidOf } from './entries.mjs';

/** The first calls are slower: drivers prepare statements, and V8 compiles the code. */
const WARM_UP = 0.1;

/** The share of calls that is left out at each end of the range. */
const LEFT_OUT = 0.05;

/** Each operation, and whether its answer is right. `person` has sessions and denied tokens, and no other call changes them. */
const OPERATIONS = {
  'look-up': {
    call: (store, { subject, session, denial }) => store.lookUp({ subject, sid: session.sid, jti: denial.jti }),
    isRight: ({ session, denied }) => session !== null && denied,
  },
  open: {
    call: (store, { subject, newSid }) => store.openSession(opening(subject, newSid), Infinity),
    isRight: ({ outcome }) => outcome === 'opened',
  },
  rotate: {
    call: (store, { subject, session }) => store.present(presenting(subject, session), Infinity),
    isRight: ({ outcome }) => outcome === 'rotated',
  },
  deny: {
    call: (store, { subject, newJti }) => store.deny(subject, newJti, 3_600_000, Infinity),
    isRight: Boolean,
  },
  list: {
    call: (store, { subject }) => store.listSessionPage(subject, { limit: 100, after: null }),
    isRight: ({ sessions }) => sessions.length > 0,
  },
  'end one': {
    call: (store, { subject, session }) => store.endSession(subject, session.sid, Infinity),
    isRight: Boolean,
  },
  'end all': {
    call: (store, { subject }) => store.endSessions({ subject, before: null, except: null }, Infinity),
    isRight: Boolean,
  },
};

export const OPERATION_NAMES = Object.keys(OPERATIONS);

/** Milliseconds: the median and the range of 90 % of the calls. The operations take turns, each on users of its own. */
export async function timeOperations(store, { calls, users, now }) {
  const samples = Object.fromEntries(OPERATION_NAMES.map((name) => [name, []]));
  const warmUp = Math.ceil(calls * WARM_UP);
  const step = Math.floor(users / (calls + warmUp));
  if (step < OPERATION_NAMES.length) throw new Error('There are too few users for so many calls.');
  for (let call = -warmUp; call < calls; call++) {
    for (const [offset, name] of OPERATION_NAMES.entries()) {
      const person = personOf((call + warmUp) * step + offset, users, now);
      const start = performance.now();
      const answer = await OPERATIONS[name].call(store, person);
      const took = performance.now() - start;
      if (!OPERATIONS[name].isRight(answer)) throw new Error(`The answer to "${name}" is wrong.`);
      if (call >= 0) samples[name].push(took);
    }
  }
  return Object.fromEntries(OPERATION_NAMES.map((name) => [name, summary(usual(samples[name]), 'ms')]));
}

/** Without the 5 % at each end: on a shared machine, a few calls wait for a CPU. */
function usual(samples) {
  const left = Math.floor(samples.length * LEFT_OUT);
  return [...samples].sort((one, other) => one - other).slice(left, samples.length - left);
}

function personOf(user, users, now) {
  const subject = subjectOf(user);
  return {
    subject,
    session: sessionOf(subject, user, now),
    denial: denialOf(subject, 0, 0),
    newSid: `${subject}.${uuidOf(`new ${user}`).replaceAll('-', '').slice(0, 22)}`,
    newJti: uuidOf(`new ${user}`),
  };
}
