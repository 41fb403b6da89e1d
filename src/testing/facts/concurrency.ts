import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RefreshOutcome } from '../../stores/revocation-store.js';
import { adoption, expectOutcome, sessionOf, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

const ROUNDS = 10;

export const concurrency: Facts = {
  'a token is rotated once, and all requests get the same successor': async (alice) => {
    const { sid, currentId } = await alice.open();
    const session = expectOneRotation(await atOnce(200, () => alice.present(sid, currentId)));
    deepEqual(await alice.session(sid), session);
    await alice.rotate(session);
  },

  'a token is rotated once without grace, and then its session ends': async (alice) => {
    const { sid, currentId } = await alice.open();
    const answers = await atOnce(200, () => alice.present(sid, currentId, { grace: 0 }));
    equal(countOf('rotated', answers), 1);
    equal(countOf('reused', answers), 1);
    equal(countOf('unknown', answers), 198);
    equal(await alice.session(sid), null);
    const rotated = answers.find(({ outcome }) => outcome === 'rotated') as RefreshOutcome;
    expectOutcome('unknown', await alice.present(sid, sessionOf('rotated', rotated).currentId));
  },

  'a token is adopted once': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    const session = expectOneRotation(await atOnce(50, () => alice.present(sid, foreign, { adopt: adoption() })));
    deepEqual(await alice.list(), [session]);
  },

  'tokens of several sessions are rotated independently': async (alice) => {
    const opened = await atOnce(20, () => alice.open());
    const rotated = await Promise.all(opened.map((session) => alice.rotate(session)));
    deepEqual(await alice.sids(), opened.map(({ sid }) => sid).sort());
    for (const session of rotated) deepEqual(await alice.session(session.sid), session);
  },

  'no token is rotated after its session has ended': (alice) =>
    inEveryOrder(alice, (sid) => alice.end(sid), ['rotated', 'repeated', 'unknown']),

  'no token is rotated after all sessions have ended': (alice) =>
    inEveryOrder(alice, () => alice.endAll(), ['rotated', 'repeated', 'unknown']),

  'no token is rotated after a reuse': (alice) =>
    inEveryOrder(
      alice,
      async (sid) => {
        expectOutcome('reused', await alice.present(sid, randomUUID()));
      },
      ['rotated', 'repeated', 'unknown'],
    ),

  'no more sessions stay than the subject may have': async (alice) => {
    const opened = await atOnce(30, () => alice.open({ maxPerSubject: 3 }));
    const left = await alice.list();
    equal(left.length, 3);
    for (const session of left) deepEqual(await alice.session(session.sid), session);
    equal((await Promise.all(opened.map(({ sid }) => alice.session(sid)))).filter(Boolean).length, 3);
  },

  'no session gets a new token after it has ended': async (alice) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { sid } = await alice.open();
      await Promise.all([
        alice.openWith({ sid, existing: true }),
        alice.end(sid),
        alice.openWith({ sid, existing: true }),
      ]);
      equal(await alice.session(sid), null);
    }
    deepEqual(await alice.list(), []);
  },

  'the cut-off moves to the latest of several times': async (alice) => {
    const now = await alice.now();
    await Promise.all([5, 1, 9, 3, 7].map((ago) => alice.endAll({ before: now - ago * 1_000 })));
    equal(await alice.cutOff(), now - 1_000);
  },
};

function atOnce<T>(times: number, action: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, action));
}

function countOf(outcome: RefreshOutcome['outcome'], answers: readonly RefreshOutcome[]): number {
  return answers.filter((answer) => answer.outcome === outcome).length;
}

/** Fails unless one answer is `rotated` and all others have the same session. Returns that session. */
function expectOneRotation(answers: readonly RefreshOutcome[]) {
  equal(countOf('rotated', answers), 1);
  const session = sessionOf('rotated', answers.find(({ outcome }) => outcome === 'rotated') as RefreshOutcome);
  for (const answer of answers) {
    if (answer.outcome !== 'rotated') deepEqual(sessionOf('repeated', answer), session);
  }
  return session;
}

/** Ends a session between rotations of its current token. In any order, no token of it is rotated afterwards. */
async function inEveryOrder(
  subject: StoreSubject,
  end: (sid: string) => Promise<void>,
  expected: readonly RefreshOutcome['outcome'][],
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { sid, currentId } = await subject.open();
    const refresh = () => subject.present(sid, currentId);
    const [before, , after] = await Promise.all([atOnce(round, refresh), end(sid), atOnce(ROUNDS - round, refresh)]);
    for (const answer of [...before, ...after]) {
      ok(expected.includes(answer.outcome), answer.outcome);
      if ('session' in answer) expectOutcome('unknown', await subject.present(sid, answer.session.currentId));
    }
    expectOutcome('unknown', await refresh());
    equal(await subject.session(sid), null);
  }
}
