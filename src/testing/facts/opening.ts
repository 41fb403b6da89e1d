import { deepEqual, equal, ok } from 'node:assert/strict';
import { expectOutcome, ISSUED_AT, refreshToken } from '../store-subject.js';
import type { Facts } from './facts.js';

export const opening: Facts = {
  'the session opens, and the answer has its record': async (alice) => {
    const sid = alice.newSid();
    const token = refreshToken({ lifetime: 60 });
    const from = await alice.now();
    const session = await alice.open({ sid, token, device: 'a phone' });
    const { openedAt } = session;
    ok(openedAt >= from && openedAt <= (await alice.now()), 'openedAt is not the time of the store');
    deepEqual(session, {
      sid,
      currentId: token.id,
      parentId: null,
      rotatedAt: null,
      issuedAt: ISSUED_AT,
      refreshExpires: ISSUED_AT + 60,
      csrf: token.csrf,
      openedAt,
      lastUsedAt: openedAt,
      expiresAt: openedAt + 60_000,
      device: 'a phone',
    });
    deepEqual(await alice.session(sid), session);
  },

  'a session can be without end, csrf and device': async (alice) => {
    const session = await alice.open({ token: refreshToken({ lifetime: null, csrf: null }) });
    const { refreshExpires, expiresAt, csrf, device } = session;
    deepEqual([refreshExpires, expiresAt, csrf, device], [null, null, null, null]);
    deepEqual(await alice.session(session.sid), session);
  },

  'an empty csrf and device differ from none': async (alice) => {
    const session = await alice.open({ token: refreshToken({ csrf: '' }), device: '' });
    deepEqual({ csrf: session.csrf, device: session.device }, { csrf: '', device: '' });
    deepEqual(await alice.session(session.sid), session);
  },

  'maxAge ends the refresh token earlier': async (alice) => {
    for (const lifetime of [3_600, null]) {
      const session = await alice.open({ token: refreshToken({ lifetime }), maxAge: 90_700 });
      const { openedAt, expiresAt, refreshExpires } = session;
      equal(refreshExpires, ISSUED_AT + 90);
      ok(expiresAt !== null && expiresAt > openedAt + 89_700 && expiresAt <= openedAt + 90_700);
    }
  },

  'a refresh token that ends before maxAge stays as it is': async (alice) => {
    const { openedAt, expiresAt, refreshExpires } = await alice.open({
      token: refreshToken({ lifetime: 60 }),
      maxAge: 90_700,
    });
    deepEqual({ expiresAt, refreshExpires }, { expiresAt: openedAt + 60_000, refreshExpires: ISSUED_AT + 60 });
  },

  'several sessions of a subject are distinguished': async (alice) => {
    const phone = await alice.open({ device: 'phone' });
    const laptop = await alice.open({ device: 'laptop' });
    deepEqual(await alice.session(phone.sid), phone);
    deepEqual(await alice.session(laptop.sid), laptop);
  },

  'sessions of two subjects with the same sid are distinguished': async (alice) => {
    const session = await alice.open();
    const bob = alice.other();
    equal(await bob.session(session.sid), null);
    const his = await bob.open({ sid: session.sid });
    deepEqual(await alice.session(session.sid), session);
    await bob.end(his.sid);
    deepEqual(await alice.session(session.sid), session);
  },
};

export const replacing: Facts = {
  'the session stays, with a new refresh token': async (alice) => {
    const first = await alice.open({ device: 'a phone' });
    await alice.pass(3);
    const token = refreshToken({ issuedAt: ISSUED_AT + 7, lifetime: 60 });
    const replaced = await alice.open({ sid: first.sid, token, existing: true });
    const { lastUsedAt } = replaced;
    ok(lastUsedAt > first.lastUsedAt, 'lastUsedAt did not move');
    deepEqual(replaced, {
      ...first,
      currentId: token.id,
      issuedAt: ISSUED_AT + 7,
      refreshExpires: ISSUED_AT + 67,
      csrf: token.csrf,
      lastUsedAt,
      expiresAt: lastUsedAt + 60_000,
    });
    deepEqual(await alice.list(), [replaced]);
    await alice.rotate(replaced);
  },

  'the old token is a reuse': async (alice) => {
    const { sid, currentId } = await alice.open();
    await alice.open({ sid, existing: true });
    expectOutcome('reused', await alice.present(sid, currentId));
    equal(await alice.session(sid), null);
  },

  'the parent of the old token is a reuse': async (alice) => {
    const { sid, currentId } = await alice.rotate(await alice.open());
    const replaced = await alice.open({ sid, existing: true });
    deepEqual([replaced.parentId, replaced.rotatedAt], [null, null]);
    expectOutcome('reused', await alice.present(sid, currentId));
  },

  'maxAge counts from the opening': async (alice) => {
    const { sid, openedAt } = await alice.open({ maxAge: 90_000 });
    await alice.pass(3);
    const { refreshExpires, expiresAt, lastUsedAt } = await alice.open({ sid, existing: true, maxAge: 90_000 });
    equal(refreshExpires, ISSUED_AT + Math.floor((openedAt + 90_000 - lastUsedAt) / 1_000));
    ok(expiresAt !== null && expiresAt > openedAt + 88_000 && expiresAt <= openedAt + 90_000);
  },

  'a session that does not exist is unknown, and is not opened': async (alice) => {
    const ended = await alice.open();
    await alice.end(ended.sid);
    const foreign = await alice.other().open();
    for (const sid of [alice.newSid(), ended.sid, foreign.sid]) {
      expectOutcome('unknown', await alice.openWith({ sid, existing: true }));
      equal(await alice.session(sid), null);
    }
    deepEqual(await alice.list(), []);
  },
};
