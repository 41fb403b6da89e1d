import { deepEqual, equal, ok } from 'node:assert/strict';
import type { SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

/** More sessions than a store needs to end in one step. */
const MANY = 450;

/** How long a store may take to remove what has ended, in milliseconds. */
const LONGEST_SWEEP = 20_000;

/** How many sessions are opened at once, so that no client waits too long for a connection. */
const AT_ONCE = 50;

async function openMany(subject: StoreSubject, count: number): Promise<SessionRecord[]> {
  const opened: SessionRecord[] = [];
  while (opened.length < count) {
    const some = Math.min(AT_ONCE, count - opened.length);
    opened.push(...(await Promise.all(Array.from({ length: some }, () => subject.open()))));
  }
  return opened;
}

const sidsOf = (sessions: readonly SessionRecord[]) => sessions.map(({ sid }) => sid).sort();

async function expectEnded(subject: StoreSubject, ended: readonly SessionRecord[]): Promise<void> {
  for (const { sid, currentId } of [ended[0], ended[Math.floor(ended.length / 2)], ended.at(-1)] as SessionRecord[]) {
    equal(await subject.session(sid), null);
    expectOutcome('unknown', await subject.present(sid, currentId));
    expectOutcome('unknown', await subject.openWith({ sid, existing: true }));
  }
}

/** Waits until a condition holds. */
async function eventually(subject: StoreSubject, holds: () => Promise<boolean>): Promise<void> {
  const from = Date.now();
  while (!(await holds())) {
    ok(Date.now() - from < LONGEST_SWEEP, 'the store does not finish');
    await subject.pass(20);
  }
}

export const manySessions: Facts = {
  'all of them end at once, except one': async (alice) => {
    const opened = await openMany(alice, MANY);
    const [kept, ...others] = opened as [SessionRecord, ...SessionRecord[]];
    await alice.endAll({ except: kept.sid });
    deepEqual(await alice.list(), [kept]);
    await expectEnded(alice, others);
    await expectEnded(alice.inAnotherProcess(), others);
    const opening = await alice.open();
    const rotated = await alice.rotate(kept);
    deepEqual(await alice.sids(), sidsOf([kept, opening]));
    await alice.endAll({ except: opening.sid });
    deepEqual(await alice.list(), [opening]);
    await expectEnded(alice, [rotated, ...others]);
  },

  'all of them end twice': async (alice) => {
    await openMany(alice, MANY);
    await alice.endAll();
    const opened = await openMany(alice, MANY);
    deepEqual(await alice.sids(), sidsOf(opened));
    await alice.endAll();
    deepEqual(await alice.list(), []);
    await expectEnded(alice, opened);
  },

  'those opened at or before a time end at once, except one': async (alice) => {
    const early = await openMany(alice, MANY / 2);
    const kept = early[100] as SessionRecord;
    const before = Math.max(...early.map(({ openedAt }) => openedAt));
    await alice.reach(before + 3);
    const late = await openMany(alice, MANY / 2);
    await alice.rotate(early[7] as SessionRecord);
    await alice.endAll({ before, except: kept.sid });
    deepEqual(await alice.sids(), sidsOf([kept, ...late]));
    await expectEnded(
      alice,
      early.filter(({ sid }) => sid !== kept.sid),
    );
    equal(await alice.cutOff(), before);
    await alice.endAll({ before: kept.openedAt });
    deepEqual(await alice.sids(), sidsOf(late));
    await expectEnded(alice, early);
    equal(await alice.cutOff(), before);
  },

  'each of them keeps the note with which it ended': async (alice) => {
    if (!alice.store.keepsNotes) return;
    await openMany(alice, MANY);
    const kept = await alice.open();
    await alice.endAll({ except: kept.sid, note: 'moved out' });
    deepEqual(await alice.list(), [kept]);
    await eventually(alice, async () => (await alice.noted()).length === MANY);
    deepEqual(await alice.list(), [kept]);
  },

  'they end until the subject has no more than the limit': async (alice) => {
    const opened = await openMany(alice, MANY);
    let last = await alice.open({ maxPerSubject: 5 });
    const fewer = (await alice.list()).length;
    ok(fewer < MANY, `no session ended: ${fewer}`);
    await eventually(alice, async () => {
      last = await alice.open({ maxPerSubject: 5 });
      const left = await alice.sids();
      ok(left.includes(last.sid), 'the new session ended');
      return left.length === 5;
    });
    await expectEnded(alice, opened.slice(0, MANY - AT_ONCE));
  },
};
