import { deepEqual, equal, ok } from 'node:assert/strict';
import { ISSUED_AT, refreshToken, sessionOf } from '../store-subject.js';
import type { Facts } from './facts.js';

/** The token is only checked. */
const checked = { successor: null };

export const presenting: Facts = {
  'without a successor, the token is only checked': async (alice) => {
    const session = await alice.open();
    for (const grace of [0, 60_000, 0]) {
      const answer = await alice.present(session.sid, session.currentId, { ...checked, grace });
      deepEqual(sessionOf('current', answer), session);
    }
    deepEqual(await alice.session(session.sid), session);
    equal((await alice.rotate(session)).parentId, session.currentId);
  },

  'the successor becomes the current token': async (alice) => {
    const session = await alice.open({ device: 'a phone' });
    await alice.pass(3);
    const successor = refreshToken({ issuedAt: ISSUED_AT + 9, lifetime: 60 });
    const from = await alice.now();
    const rotated = await alice.rotate(session, { successor });
    const { rotatedAt } = rotated;
    ok(rotatedAt !== null && rotatedAt >= from && rotatedAt <= (await alice.now()));
    deepEqual(rotated, {
      ...session,
      currentId: successor.id,
      parentId: session.currentId,
      rotatedAt,
      issuedAt: ISSUED_AT + 9,
      refreshExpires: ISSUED_AT + 69,
      csrf: successor.csrf,
      lastUsedAt: rotatedAt,
      expiresAt: rotatedAt + 60_000,
    });
    deepEqual(await alice.session(session.sid), rotated);
  },

  'a session can be rotated many times': async (alice) => {
    const opened = await alice.open();
    let session = opened;
    for (let turn = 0; turn < 5; turn++) {
      const next = await alice.rotate(session, { grace: turn % 2 ? 60_000 : 0 });
      deepEqual([next.parentId, next.openedAt], [session.currentId, opened.openedAt]);
      session = next;
    }
    deepEqual(await alice.list(), [session]);
  },

  'the successor can be without end and csrf': async (alice) => {
    const { refreshExpires, expiresAt, csrf } = await alice.rotate(await alice.open(), {
      successor: refreshToken({ lifetime: null, csrf: null }),
    });
    deepEqual([refreshExpires, expiresAt, csrf], [null, null, null]);
  },

  'maxAge, counted from the opening, ends the successor earlier': async (alice) => {
    for (const lifetime of [3_600, null]) {
      const session = await alice.open({ maxAge: 90_000 });
      await alice.pass(3);
      const rotated = await alice.rotate(session, { successor: refreshToken({ lifetime }), maxAge: 90_000 });
      const { openedAt, rotatedAt, refreshExpires, expiresAt } = rotated;
      const remaining = openedAt + 90_000 - (rotatedAt ?? NaN);
      equal(refreshExpires, ISSUED_AT + Math.floor(remaining / 1_000));
      ok(expiresAt !== null && expiresAt > openedAt + 88_000 && expiresAt <= openedAt + 90_000);
    }
  },

  'a successor that ends before maxAge stays as it is': async (alice) => {
    const successor = refreshToken({ lifetime: 60 });
    const { refreshExpires, expiresAt, rotatedAt } = await alice.rotate(await alice.open(), {
      successor,
      maxAge: 90_000,
    });
    deepEqual([refreshExpires, expiresAt], [ISSUED_AT + 60, (rotatedAt ?? NaN) + 60_000]);
  },
};

export const repeating: Facts = {
  'the answer is the session as it was after the rotation': async (alice) => {
    const session = await alice.open();
    const rotated = await alice.rotate(session);
    for (const successor of [refreshToken(), null, refreshToken({ lifetime: null }), null]) {
      const answer = await alice.present(session.sid, session.currentId, { successor, maxAge: 90_000 });
      deepEqual(sessionOf('repeated', answer), rotated);
    }
    deepEqual(await alice.session(session.sid), rotated);
    await alice.rotate(rotated);
  },

  'the current token can be checked meanwhile': async (alice) => {
    const rotated = await alice.rotate(await alice.open());
    const answer = await alice.present(rotated.sid, rotated.currentId, checked);
    deepEqual(sessionOf('current', answer), rotated);
  },

  'grace counts from the rotation, and a repetition does not prolong it': async (alice) => {
    const session = await alice.open();
    const grace = 90;
    const repeat = (successor = true) =>
      alice.present(session.sid, session.currentId, successor ? { grace } : { grace, ...checked });
    const { rotatedAt } = await alice.rotate(session, { grace });
    const end = (rotatedAt ?? NaN) + grace;
    for (const wait of [20, 45]) {
      await alice.reach(end - grace + wait);
      const { outcome } = await repeat(wait > 20);
      // A distant or busy server can have answered after the end of grace.
      if ((await alice.now()) < end) equal(outcome, 'repeated');
    }
    await alice.reach(end + 20);
    const { outcome } = await repeat();
    ok(outcome !== 'repeated', 'the repetitions prolonged the grace');
    equal(await alice.session(session.sid), null);
  },
};
