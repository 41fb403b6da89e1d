import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RefreshOutcome, SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome, refreshToken, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

/** The answer is `reused`, and the session has ended, for its current token too. */
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

/** Checks a fact for a token that would be rotated, and for one that is only checked. */
async function eachWay(check: (options: { successor?: null }) => Promise<void>): Promise<void> {
  await check({});
  await check({ successor: null });
}

export const reusing: Facts = {
  'an id that the session does not know is a reuse': (alice) =>
    eachWay(async (options) => {
      const session = await alice.rotate(await alice.open());
      await expectReuse(alice, session, await alice.present(session.sid, randomUUID(), options));
    }),

  'any other id before the first rotation is a reuse': (alice) =>
    eachWay(async (options) => {
      for (const id of [randomUUID(), '', 'null']) {
        const session = await alice.open();
        await expectReuse(alice, session, await alice.present(session.sid, id, options));
      }
    }),

  'the parent without grace is a reuse': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const rotated = await alice.rotate(session, { grace: 0 });
      await expectReuse(alice, rotated, await alice.present(session.sid, session.currentId, { ...options, grace: 0 }));
    }),

  'the parent after grace is a reuse': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const rotated = await alice.rotate(session, { grace: 20 });
      await alice.pass(40);
      await expectReuse(alice, rotated, await alice.present(session.sid, session.currentId, { ...options, grace: 20 }));
    }),

  'the parent of a token that was rotated is a reuse, even within grace': (alice) =>
    eachWay(async (options) => {
      const session = await alice.open();
      const twice = await alice.rotate(await alice.rotate(session));
      await expectReuse(alice, twice, await alice.present(session.sid, session.currentId, options));
    }),

  'the token of another session is a reuse': async (alice) => {
    const session = await alice.open();
    const { currentId, sid } = await alice.other().open();
    await expectReuse(alice, session, await alice.present(session.sid, currentId));
    expectOutcome('unknown', await alice.present(sid, currentId));
  },

  'other sessions stay as they are': async (alice) => {
    const session = await alice.open();
    const other = await alice.open();
    const bob = alice.other();
    const his = await bob.open();
    expectOutcome('reused', await alice.present(session.sid, other.currentId));
    deepEqual(await alice.list(), [other]);
    deepEqual(await bob.list(), [his]);
    await alice.rotate(other);
  },

  'no jti is denied and no cut-off moves': async (alice) => {
    const { sid, currentId } = await alice.open();
    const id = randomUUID();
    expectOutcome('reused', await alice.present(sid, id));
    for (const jti of [id, currentId]) {
      deepEqual(await alice.lookUp(sid, jti), { session: null, denied: false, cutOff: null });
    }
  },
};

export const unknownSessions: Facts = {
  'the token is unknown, and opens no session': (alice) =>
    eachWay(async (options) => {
      const sid = alice.newSid();
      expectOutcome('unknown', await alice.present(sid, randomUUID(), options));
      equal(await alice.session(sid), null);
    }),

  'sessions of other subjects do not count, and stay as they are': (alice) =>
    eachWay(async (options) => {
      const bob = alice.other();
      const his = await bob.open();
      for (const id of [his.currentId, randomUUID()]) {
        expectOutcome('unknown', await alice.present(his.sid, id, options));
      }
      deepEqual(await bob.session(his.sid), his);
    }),

  'sessions that have ended do not count': async (alice) => {
    const { sid, currentId } = await alice.open();
    await alice.end(sid);
    expectOutcome('unknown', await alice.present(sid, currentId, { successor: refreshToken({ lifetime: null }) }));
    equal(await alice.session(sid), null);
  },
};
