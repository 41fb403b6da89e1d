import { deepEqual, equal } from 'node:assert/strict';
import { expectOutcome, refreshToken, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

export const expiring: Facts = {
  'lets a session go at its absolute end': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.reach(session.openedAt + 40);
    await expectGone(alice, session.sid, session.currentId);
  },

  'lets go of a session that was rotated, too': async (alice) => {
    const { sid } = await alice.open({ maxAge: 300_000 });
    await alice.open({ sid, existing: true, maxAge: 300_000 });
    const session = await alice.open({ sid, existing: true, maxAge: 20 });
    await alice.reach(session.lastUsedAt + 40);
    await expectGone(alice, sid, session.currentId);
  },

  'keeps the record for the leeway': async (alice) => {
    const brief = await alice.open({ maxAge: 10, leeway: 30 });
    const long = await alice.open({ maxAge: 10, leeway: 60_000 });
    await alice.reach(long.openedAt + 60);
    await expectGone(alice, brief.sid, brief.currentId);
    deepEqual(await alice.session(long.sid), long);
    await alice.rotate(long, { leeway: 60_000 });
  },

  'lets a session go with its refresh token, whose life each rotation sets anew': async (alice) => {
    const [brief, long] = [1, 3_600].map((lifetime) => refreshToken({ lifetime })) as [Token, Token];
    const untouched = await alice.open({ token: brief });
    const prolonged = await alice.rotate(await alice.open({ token: brief }), { successor: long });
    const endless = await alice.rotate(await alice.open({ token: brief }), { successor: { ...long, lifetime: null } });
    const replaced = await alice.open({ sid: (await alice.open({ token: brief })).sid, token: long, existing: true });
    const shortened = await alice.rotate(await alice.open({ token: long }), { successor: brief });
    const limited = await alice.rotate(await alice.open({ token: { ...long, lifetime: null } }), { successor: brief });
    await alice.pass(1_040);
    for (const { sid, currentId } of [untouched, shortened, limited]) await expectGone(alice, sid, currentId);
    for (const session of [prolonged, endless, replaced]) deepEqual(await alice.session(session.sid), session);
    deepEqual(await alice.sids(), [prolonged.sid, endless.sid, replaced.sid].sort());
  },

  'does not prolong a session by judging or repeating': async (alice) => {
    const session = await alice.open({ maxAge: 400 });
    const rotated = await alice.rotate(session, { maxAge: 400 });
    await alice.present(session.sid, rotated.currentId, { successor: null, leeway: 60_000 });
    await alice.present(session.sid, session.currentId, { leeway: 60_000 });
    await alice.reach(session.openedAt + 440);
    await expectGone(alice, session.sid, rotated.currentId);
  },

  'keeps the cut-off and what else is there': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.deny('jti', null);
    await alice.endAll({ before: 1_000 });
    const kept = await alice.open({ token: refreshToken({ lifetime: null }) });
    await alice.reach(session.openedAt + 40);
    deepEqual(await alice.list(), [kept]);
    deepEqual(await alice.lookUp(kept.sid, 'jti'), { session: kept, denied: true, cutOff: 1_000 });
  },
};

type Token = ReturnType<typeof refreshToken>;

async function expectGone(subject: StoreSubject, sid: string, currentId: string): Promise<void> {
  equal(await subject.session(sid), null);
  equal((await subject.sids()).includes(sid), false);
  expectOutcome('unknown', await subject.present(sid, currentId));
  expectOutcome('unknown', await subject.openWith({ sid, existing: true }));
}
