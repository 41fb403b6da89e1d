import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RefreshOutcome, SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome, refreshToken, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

/** Checks that the outcome is a reuse, and that the session has ended, also for its current token. */
async function expectReuse(subject: StoreSubject, session: SessionRecord, answer: RefreshOutcome): Promise<void> {
  expectOutcome('reused', answer);
  equal(await subject.session(session.sid), null);
  deepEqual(await subject.list(), []);
  for (const id of [session.currentId, session.parentId ?? randomUUID()]) {
    expectOutcome('unknown', await subject.present(session.sid, id));
    expectOutcome('unknown', await subject.present(session.sid, id, { successor: null }));
  }
  expectOutcome('unknown', await subject.openWith({ sid: session.sid, existing: true }));
}

/** Runs the check once for a token with a successor, and once for a token that is only checked. */
async function eachWay(check: (options: { successor?: null }) => Promise<void>): Promise<void> {
  await check({});
  await check({ successor: null });
}

export const reusing: Facts = {
  'is an id that the session does not know': (alice) =>
    eachWay(async (options) => {
      const session = await alice.rotate(await alice.open());
      await expectReuse(alice, session, await alice.present(session.sid, randomUUID(), options));
    }),

  'is any other id before the first rotation': (alice) =>
    eachWay(async (options) => {
      for (const id of [randomUUID(), '', 'null']) {
        const session = await alice.open();
        await expectReuse(alice, session, await alice.present(session.sid, id, options));
      }
    }),

  'is the parent at once if grace is 0': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const rotated = await alice.rotate(session, { grace: 0 });
      await expectReuse(alice, rotated, await alice.present(session.sid, session.currentId, { ...options, grace: 0 }));
    }),

  'is the parent after grace': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const rotated = await alice.rotate(session, { grace: 20 });
      await alice.pass(40);
      await expectReuse(alice, rotated, await alice.present(session.sid, session.currentId, { ...options, grace: 20 }));
    }),

  'is the parent of a used token, within grace': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const twice = await alice.rotate(await alice.rotate(session));
      await expectReuse(alice, twice, await alice.present(session.sid, session.currentId, options));
    }),

  'is the token of another session of the subject': async (alice) => {
    const session = await alice.open();
    const { currentId, sid } = await alice.other().open();
    await expectReuse(alice, session, await alice.present(session.sid, currentId));
    expectOutcome('unknown', await alice.present(sid, currentId));
  },

  'does not change other sessions': async (alice) => {
    const session = await alice.open();
    const kept = await alice.open();
    const bob = alice.other();
    const his = await bob.open();
    expectOutcome('reused', await alice.present(session.sid, kept.currentId));
    deepEqual(await alice.list(), [kept]);
    deepEqual(await bob.list(), [his]);
    await alice.rotate(kept);
  },

  'denies no jti and sets no cut-off': async (alice) => {
    const { sid, currentId } = await alice.open();
    const id = randomUUID();
    expectOutcome('reused', await alice.present(sid, id));
    for (const jti of [id, currentId]) {
      deepEqual(await alice.lookUp(sid, jti), { session: null, denied: false, cutOff: null });
    }
  },
};

export const unknownSessions: Facts = {
  'return "unknown", and none is opened': (alice) =>
    eachWay(async (options) => {
      const sid = alice.newSid();
      expectOutcome('unknown', await alice.present(sid, randomUUID(), options));
      equal(await alice.session(sid), null);
    }),

  'include the sessions of other subjects, which do not change': (alice) =>
    eachWay(async (options) => {
      const bob = alice.other();
      const his = await bob.open();
      for (const id of [his.currentId, randomUUID()]) {
        expectOutcome('unknown', await alice.present(his.sid, id, options));
      }
      deepEqual(await bob.session(his.sid), his);
    }),

  'include ended sessions': async (alice) => {
    const { sid, currentId } = await alice.open();
    await alice.end(sid);
    expectOutcome('unknown', await alice.present(sid, currentId, { successor: refreshToken({ lifetime: null }) }));
    equal(await alice.session(sid), null);
  },
};
