import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { adoption, expectOutcome, ISSUED_AT, refreshToken, sessionOf } from '../store-subject.js';
import type { Facts } from './facts.js';

const adopt = adoption();

export const adopting: Facts = {
  'the token opens a session as parent of its successor, and its jti is denied': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    const successor = refreshToken({ lifetime: 60 });
    const from = await alice.now();
    const session = sessionOf('rotated', await alice.present(sid, foreign, { successor, adopt }));
    const { openedAt } = session;
    ok(openedAt >= from && openedAt <= (await alice.now()));
    deepEqual(session, {
      sid,
      currentId: successor.id,
      parentId: foreign,
      rotatedAt: openedAt,
      issuedAt: ISSUED_AT,
      refreshExpires: ISSUED_AT + 60,
      csrf: successor.csrf,
      openedAt,
      lastUsedAt: openedAt,
      expiresAt: openedAt + 60_000,
      device: null,
    });
    deepEqual(await alice.lookUp(sid, foreign), { session, denied: true, cutOff: null });
    deepEqual(await alice.list(), [session]);
    equal(await alice.isDenied(successor.id), false);
    await alice.rotate(session, { adopt });
  },

  'maxAge ends the successor earlier': async (alice) => {
    const answer = await alice.present(alice.newSid(), randomUUID(), { adopt, maxAge: 90_700 });
    equal(sessionOf('rotated', answer).refreshExpires, ISSUED_AT + 90);
  },

  'the token gets the same successor again within grace': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    const session = sessionOf('rotated', await alice.present(sid, foreign, { adopt }));
    deepEqual(sessionOf('repeated', await alice.present(sid, foreign, { adopt })), session);
    deepEqual(sessionOf('repeated', await alice.present(sid, foreign, { adopt, successor: null })), session);
    deepEqual(await alice.session(sid), session);
  },

  'the token is a reuse after grace, and opens no other session': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    sessionOf('rotated', await alice.present(sid, foreign, { adopt, grace: 0 }));
    expectOutcome('reused', await alice.present(sid, foreign, { adopt, grace: 0 }));
    for (const other of [sid, alice.newSid()]) {
      expectOutcome('unknown', await alice.present(other, foreign, { adopt }));
      equal(await alice.session(other), null);
    }
  },

  'the token opens no second session after the first has ended': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    const session = sessionOf('rotated', await alice.present(sid, foreign, { adopt: adoption({ denyFor: null }) }));
    await alice.end(sid);
    expectOutcome('unknown', await alice.present(sid, foreign, { adopt }));
    expectOutcome('unknown', await alice.present(sid, foreign, { adopt, successor: null }));
    deepEqual(await alice.lookUp(sid, foreign), { session: null, denied: true, cutOff: null });
    equal(session.sid, sid);
  },

  'a token whose jti is denied is not adopted': async (alice) => {
    const foreign = randomUUID();
    await alice.deny(foreign, 60_000);
    const sid = alice.newSid();
    expectOutcome('unknown', await alice.present(sid, foreign, { adopt }));
    equal(await alice.session(sid), null);
  },

  'the jti is denied for the requested time': async (alice) => {
    const foreign = randomUUID();
    await alice.present(alice.newSid(), foreign, { adopt: adoption({ denyFor: 20 }) });
    const lasting = randomUUID();
    await alice.present(alice.newSid(), lasting, { adopt: adoption({ denyFor: null }) });
    await alice.pass(40);
    equal(await alice.isDenied(foreign), false);
    equal(await alice.isDenied(lasting), true);
  },

  'a token that is only checked is not adopted': async (alice) => {
    const sid = alice.newSid();
    const foreign = randomUUID();
    expectOutcome('unknown', await alice.present(sid, foreign, { adopt, successor: null }));
    deepEqual(await alice.lookUp(sid, foreign), { session: null, denied: false, cutOff: null });
    sessionOf('rotated', await alice.present(sid, foreign, { adopt }));
  },

  'an existing session is treated as without adoption': async (alice) => {
    const session = await alice.open();
    const rotated = await alice.rotate(session, { adopt });
    equal(await alice.isDenied(session.currentId), false);
    sessionOf('repeated', await alice.present(session.sid, session.currentId, { adopt }));
    expectOutcome('reused', await alice.present(rotated.sid, randomUUID(), { adopt }));
    equal(await alice.session(session.sid), null);
  },

  'a token from before the cut-off, in whole seconds, is not adopted': async (alice) => {
    await alice.endAll();
    const second = Math.floor(((await alice.lookUp(null, null)).cutOff ?? 0) / 1000);
    const sid = alice.newSid();
    for (const issuedAt of [second - 1, second]) {
      expectOutcome('unknown', await alice.present(sid, randomUUID(), { adopt: adoption({ issuedAt }) }));
    }
    equal(await alice.session(sid), null);
    sessionOf('rotated', await alice.present(sid, randomUUID(), { adopt: adoption({ issuedAt: second + 1 }) }));
  },

  'the new session counts for maxPerSubject': async (alice) => {
    const first = await alice.open();
    await alice.pass(20);
    sessionOf('rotated', await alice.present(alice.newSid(), randomUUID(), { adopt: adoption({ maxPerSubject: 1 }) }));
    equal(await alice.session(first.sid), null);
    equal((await alice.list()).length, 1);
  },

  'the denied jti of another subject does not matter': async (alice) => {
    const foreign = randomUUID();
    await alice.other().deny(foreign, null);
    sessionOf('rotated', await alice.present(alice.newSid(), foreign, { adopt }));
  },
};
