import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { adoption, expectOutcome, sessionOf } from '../store-subject.js';
import type { Facts } from './facts.js';

export const lateness: Facts = {
  'opens no session, and ends none for a limit': async (alice) => {
    const other = await alice.open();
    const sid = alice.newSid();
    expectOutcome('late', await alice.openWith({ sid, maxPerSubject: 1 }, await alice.tooLate()));
    equal(await alice.session(sid), null);
    deepEqual(await alice.list(), [other]);
  },

  'gives no session a new token': async (alice) => {
    const session = await alice.open();
    for (const sid of [session.sid, alice.newSid()]) {
      expectOutcome('late', await alice.openWith({ sid, existing: true }, await alice.tooLate()));
    }
    deepEqual(await alice.list(), [session]);
  },

  'rotates no token': async (alice) => {
    const session = await alice.open();
    expectOutcome('late', await alice.present(session.sid, session.currentId, {}, await alice.tooLate()));
    deepEqual(await alice.session(session.sid), session);
    await alice.rotate(session);
  },

  'ends no session for a reuse': async (alice) => {
    const session = await alice.open();
    for (const options of [{}, { successor: null }]) {
      expectOutcome('late', await alice.present(session.sid, randomUUID(), options, await alice.tooLate()));
    }
    deepEqual(await alice.session(session.sid), session);
  },

  'is late for every presented token': async (alice) => {
    const opened = await alice.open();
    const { sid, currentId } = opened;
    const rotated = await alice.rotate(opened);
    const options = [{}, { successor: null }, { adopt: adoption({ denyFor: null }) }];
    for (const [session, id] of [
      [sid, rotated.currentId],
      [sid, currentId],
      [alice.newSid(), randomUUID()],
    ] as const) {
      for (const option of options) {
        expectOutcome('late', await alice.present(session, id, option, await alice.tooLate()));
      }
    }
    deepEqual(await alice.session(sid), rotated);
    sessionOf('repeated', await alice.present(sid, currentId));
  },

  'adopts no token, and denies no jti': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    expectOutcome(
      'late',
      await alice.present(sid, foreign, { adopt: adoption({ denyFor: null }) }, await alice.tooLate()),
    );
    deepEqual(await alice.lookUp(sid, foreign), { session: null, denied: false, cutOff: null });
    sessionOf('rotated', await alice.present(sid, foreign, { adopt: adoption({ denyFor: null }) }));
  },

  'ends no session': async (alice) => {
    const session = await alice.open();
    equal(await alice.store.endSession(alice.hash, session.sid, await alice.tooLate()), false);
    equal(await alice.store.endSession(alice.hash, alice.newSid(), await alice.tooLate()), false);
    deepEqual(await alice.session(session.sid), session);
  },

  'ends no sessions, and moves no cut-off': async (alice) => {
    const session = await alice.open();
    for (const before of [null, session.openedAt]) {
      const end = { subject: alice.hash, before, except: null };
      equal(await alice.store.endSessions(end, await alice.tooLate()), false);
    }
    deepEqual(await alice.lookUp(session.sid), { session, denied: false, cutOff: null });
    deepEqual(await alice.list(), [session]);
  },

  'denies no jti': async (alice) => {
    for (const lifetime of [60_000, null]) {
      equal(await alice.store.deny(alice.hash, 'jti', lifetime, await alice.tooLate()), false);
    }
    equal(await alice.isDenied('jti'), false);
  },
};
