import { deepEqual, equal, ok } from 'node:assert/strict';
import type { SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome, refreshToken, sessionOf, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

export const expiring: Facts = {
  'a session ends with maxAge': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.reach(session.openedAt + 40);
    await expectRemoved(alice, session.sid, session.currentId);
  },

  'a session ends with maxAge after a rotation and a new token': async (alice) => {
    const session = await alice.within(60, async (maxAge) => {
      const { sid } = await alice.rotate(await alice.open({ maxAge: 300_000 }), { maxAge: 300_000 });
      return alice.open({ sid, existing: true, maxAge });
    });
    await alice.reach((session.expiresAt ?? NaN) + 20);
    await expectRemoved(alice, session.sid, session.currentId);
  },

  'the record of a session stays for the leeway': async (alice) => {
    const brief = await alice.open({ maxAge: 10, leeway: 30 });
    const long = await alice.open({ maxAge: 10, leeway: 60_000 });
    await alice.reach(long.openedAt + 60);
    await expectRemoved(alice, brief.sid, brief.currentId);
    deepEqual(await alice.session(long.sid), long);
    await alice.rotate(long, { leeway: 60_000 });
  },

  'a session gives no token after its absolute end, though its record stays for the leeway': async (alice) => {
    const limits = { maxAge: 20, leeway: 60_000 };
    for (const renew of [
      ({ sid, currentId }: SessionRecord) => alice.present(sid, currentId, limits),
      ({ sid }: SessionRecord) => alice.openWith({ sid, existing: true, ...limits }),
    ]) {
      const session = await alice.open(limits);
      await alice.reach(session.openedAt + 40);
      deepEqual(await alice.session(session.sid), session);
      expectOutcome('unknown', await renew(session));
      await expectRemoved(alice, session.sid, session.currentId);
    }
  },

  'a session ends with its refresh token, and each rotation gives it a new lifetime': async (alice) => {
    const [brief, long] = [1, 3_600].map((lifetime) => refreshToken({ lifetime })) as [Token, Token];
    const lasting = await alice.within(1_000, async () => [
      await alice.rotate(await alice.open({ token: brief }), { successor: long }),
      await alice.rotate(await alice.open({ token: brief }), { successor: { ...long, lifetime: null } }),
      await alice.open({ sid: (await alice.open({ token: brief })).sid, token: long, existing: true }),
    ]);
    const gone = [
      await alice.open({ token: brief }),
      await alice.rotate(await alice.open({ token: long }), { successor: brief }),
      await alice.rotate(await alice.open({ token: { ...long, lifetime: null } }), { successor: brief }),
    ];
    await alice.pass(1_040);
    for (const { sid, currentId } of gone) await expectRemoved(alice, sid, currentId);
    for (const session of lasting) deepEqual(await alice.session(session.sid), session);
    const left = await alice.sids();
    for (const { sid } of lasting) ok(left.includes(sid));
  },

  'a check or a repetition does not prolong a session': async (alice) => {
    const rotated = await alice.within(200, async (maxAge) => {
      const session = await alice.open({ maxAge });
      const successor = await alice.rotate(session, { maxAge });
      const checked = await alice.present(session.sid, successor.currentId, { successor: null, leeway: 60_000 });
      deepEqual(sessionOf('current', checked), successor);
      const repeated = await alice.present(session.sid, session.currentId, { leeway: 60_000 });
      deepEqual(sessionOf('repeated', repeated), successor);
      return successor;
    });
    await alice.reach((rotated.expiresAt ?? NaN) + 40);
    await expectRemoved(alice, rotated.sid, rotated.currentId);
  },

  'a cut-off and a denial for ever stay': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.deny('jti', null);
    await alice.endAll({ before: 1_000 });
    const lasting = await alice.open({ token: refreshToken({ lifetime: null }) });
    await alice.reach(session.openedAt + 40);
    deepEqual(await alice.list(), [lasting]);
    deepEqual(await alice.lookUp(lasting.sid, 'jti'), { session: lasting, denied: true, cutOff: 1_000 });
  },
};

type Token = ReturnType<typeof refreshToken>;

async function expectRemoved(subject: StoreSubject, sid: string, currentId: string): Promise<void> {
  equal(await subject.session(sid), null);
  equal((await subject.sids()).includes(sid), false);
  expectOutcome('unknown', await subject.present(sid, currentId));
  expectOutcome('unknown', await subject.openWith({ sid, existing: true }));
}
