import { deepEqual, equal, ok } from 'node:assert/strict';
import { adoption, refreshToken, sessionOf } from '../store-subject.js';
import type { Facts } from './facts.js';

/** The largest numbers that the library passes to a store: milliseconds, and seconds. */
const MOST_MS = 4e15;
const MOST_SECONDS = MOST_MS / 1_000;

const FAR = { maxAge: MOST_MS, leeway: MOST_MS };

export const bounds: Facts = {
  'a session of the longest life is found, rotated, and has a valid end': async (alice) => {
    const token = refreshToken({ lifetime: MOST_SECONDS });
    const session = await alice.open({ token, ...FAR });
    ok(!Number.isNaN(new Date(session.expiresAt ?? NaN).getTime()), `the end is no time: ${session.expiresAt}`);
    deepEqual(await alice.session(session.sid), session);
    const successor = refreshToken({ lifetime: MOST_SECONDS });
    const rotated = await alice.rotate(session, { successor, grace: MOST_MS, ...FAR });
    sessionOf('repeated', await alice.present(session.sid, session.currentId, { grace: MOST_MS, ...FAR }));
    deepEqual(await alice.list(), [rotated]);
  },

  'a jti is denied for the longest time': async (alice) => {
    await alice.deny('jti', MOST_MS);
    await alice.deny('jti', 20);
    await alice.pass(40);
    equal(await alice.isDenied('jti'), true);
  },

  'the earliest and the latest cut-off': async (alice) => {
    const session = await alice.open();
    await alice.endAll({ before: 0 });
    deepEqual([await alice.cutOff(), await alice.list()], [0, [session]]);
    await alice.endAll({ before: MOST_MS });
    ok(((await alice.cutOff()) ?? NaN) <= (await alice.now()), 'a cut-off in the future');
    deepEqual(await alice.list(), []);
  },

  'a token of any iat is adopted, and its jti denied for the longest time': async (alice) => {
    const adopted = async (issuedAt: number) => {
      const sid = alice.newSid();
      const adopt = adoption({ issuedAt, denyFor: MOST_MS });
      const answer = await alice.present(sid, `jti of ${sid}`, { adopt, ...FAR });
      return [answer.outcome, await alice.isDenied(`jti of ${sid}`)];
    };
    deepEqual(await adopted(-MOST_SECONDS), ['rotated', true]);
    await alice.endAll({ before: 0 });
    deepEqual(await adopted(MOST_SECONDS), ['rotated', true]);
    deepEqual(await adopted(-MOST_SECONDS), ['unknown', false]);
  },
};
