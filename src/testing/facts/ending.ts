import { deepEqual, equal, ok } from 'node:assert/strict';
import { expectOutcome } from '../store-subject.js';
import type { Facts } from './facts.js';

export const endingOne: Facts = {
  'the session ends, and no other session': async (alice) => {
    const session = await alice.open();
    const other = await alice.open();
    await alice.end(session.sid);
    equal(await alice.session(session.sid), null);
    expectOutcome('unknown', await alice.present(session.sid, session.currentId));
    deepEqual(await alice.list(), [other]);
    deepEqual(await alice.session(other.sid), other);
  },

  'a session that does not exist is no failure': async (alice) => {
    await alice.end(alice.newSid());
    const { sid } = await alice.open();
    await alice.end(sid);
    await alice.end(sid);
    equal(await alice.session(sid), null);
  },

  'no session of another subject ends': async (alice) => {
    const session = await alice.open();
    await alice.other().end(session.sid);
    deepEqual(await alice.session(session.sid), session);
  },

  'no cut-off moves and no jti is denied': async (alice) => {
    const { sid, currentId } = await alice.open();
    await alice.end(sid);
    deepEqual(await alice.lookUp(sid, currentId), { session: null, denied: false, cutOff: null });
  },
};

export const endingMany: Facts = {
  'all sessions end, and the cut-off moves to now': async (alice) => {
    const opened = [await alice.open(), await alice.rotate(await alice.open()), await alice.open()];
    const from = await alice.now();
    await alice.endAll();
    const cutOff = (await alice.cutOff()) ?? NaN;
    ok(cutOff >= from && cutOff <= (await alice.now()), `the cut-off is not now: ${cutOff}`);
    deepEqual(await alice.list(), []);
    for (const { sid, currentId, parentId } of opened) {
      deepEqual(await alice.lookUp(sid), { session: null, denied: false, cutOff });
      expectOutcome('unknown', await alice.present(sid, currentId));
      if (parentId !== null) expectOutcome('unknown', await alice.present(sid, parentId));
    }
  },

  'one session can be excepted': async (alice) => {
    await alice.open();
    const other = await alice.rotate(await alice.open());
    await alice.open();
    await alice.endAll({ except: other.sid });
    deepEqual(await alice.list(), [other]);
    ok((await alice.cutOff()) !== null);
    await alice.rotate(other);
  },

  'an exception that does not exist has no effect': async (alice) => {
    const { sid } = await alice.open();
    await alice.endAll({ except: alice.newSid() });
    equal(await alice.session(sid), null);
  },

  'sessions opened at or before a time end, even if they were used later': async (alice) => {
    const early = await alice.open();
    await alice.pass(3);
    const at = await alice.open();
    await alice.pass(3);
    const later = await alice.open();
    await alice.rotate(early);
    await alice.endAll({ before: at.openedAt });
    deepEqual(await alice.list(), [later]);
    equal(await alice.cutOff(), at.openedAt);
    await alice.endAll({ before: later.openedAt, except: later.sid });
    deepEqual(await alice.list(), [later]);
  },

  'a time in the future means now': async (alice) => {
    const { sid } = await alice.open();
    const from = await alice.now();
    await alice.endAll({ before: from + 3_600_000 });
    const cutOff = (await alice.cutOff()) ?? NaN;
    ok(cutOff >= from && cutOff <= (await alice.now()), `the cut-off is not now: ${cutOff}`);
    equal(await alice.session(sid), null);
    await alice.pass(3);
    const next = await alice.open();
    deepEqual(await alice.list(), [next]);
  },

  'the cut-off never moves back': async (alice) => {
    const now = await alice.now();
    for (const [before, cutOff] of [
      [now - 5_000, now - 5_000],
      [now - 9_000, now - 5_000],
      [0, now - 5_000],
      [now - 1_000, now - 1_000],
    ]) {
      await alice.endAll({ before });
      equal(await alice.cutOff(), cutOff);
    }
  },

  'sessions end before an earlier time, while the cut-off stays': async (alice) => {
    const early = await alice.open();
    await alice.pass(3);
    const spared = await alice.open();
    await alice.endAll({ before: spared.openedAt, except: early.sid });
    deepEqual(await alice.list(), [early]);
    await alice.endAll({ before: early.openedAt });
    deepEqual(await alice.list(), []);
    equal(await alice.cutOff(), spared.openedAt);
  },

  'a subject without sessions gets a cut-off': async (alice) => {
    await alice.endAll();
    ok((await alice.cutOff()) !== null);
  },

  'new sessions can open at once': async (alice) => {
    await alice.endAll();
    const session = await alice.open();
    deepEqual(await alice.list(), [session]);
    await alice.rotate(session);
  },

  'other subjects and denied ids stay as they are': async (alice) => {
    const bob = alice.other();
    const his = await bob.open();
    await alice.deny('jti', null);
    await alice.endAll();
    deepEqual(await bob.lookUp(his.sid), { session: his, denied: false, cutOff: null });
    equal(await alice.isDenied('jti'), true);
  },
};
