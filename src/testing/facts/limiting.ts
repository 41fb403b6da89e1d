import { deepEqual, equal, notEqual } from 'node:assert/strict';
import type { SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome } from '../store-subject.js';
import type { Facts } from './facts.js';

export const limiting: Facts = {
  'the least recently used sessions beyond the limit end': async (alice) => {
    const opened = [];
    for (let index = 0; index < 4; index++) {
      opened.push(await alice.open());
      await alice.pass(3);
    }
    const [first, second, third, fourth] = opened as [SessionRecord, SessionRecord, SessionRecord, SessionRecord];
    await alice.rotate(first);
    await alice.pass(3);
    const last = await alice.open({ maxPerSubject: 3 });
    deepEqual(await alice.sids(), [first.sid, fourth.sid, last.sid].sort());
    for (const { sid, currentId } of [second, third]) {
      equal(await alice.session(sid), null);
      expectOutcome('unknown', await alice.present(sid, currentId));
    }
  },

  'the new session stays': async (alice) => {
    for (let index = 0; index < 5; index++) {
      const { sid } = await alice.open({ maxPerSubject: 1 });
      deepEqual(await alice.sids(), [sid]);
    }
  },

  'no session ends below the limit': async (alice) => {
    const first = await alice.open({ maxPerSubject: 2 });
    const second = await alice.open({ maxPerSubject: 2 });
    deepEqual(await alice.sids(), [first.sid, second.sid].sort());
  },

  'an outcome without ended sessions is one of a write that has ended none': async (alice) => {
    const othersEnded = async () =>
      ({ othersEnded: undefined, ...(await alice.openWith({ maxPerSubject: 2 })) }).othersEnded;
    notEqual(await othersEnded(), true);
    notEqual(await othersEnded(), true);
    notEqual(await othersEnded(), false);
  },

  'a session that gets a new token ends no other session': async (alice) => {
    const first = await alice.open();
    const second = await alice.open();
    await alice.open({ sid: first.sid, existing: true, maxPerSubject: 1 });
    deepEqual(await alice.sids(), [first.sid, second.sid].sort());
  },

  'sessions that have ended do not count': async (alice) => {
    const other = await alice.open({ maxPerSubject: 2 });
    const ended = await alice.open({ maxPerSubject: 2 });
    const expired = await alice.open({ maxPerSubject: 3, maxAge: 20 });
    await alice.end(ended.sid);
    await alice.reach(expired.openedAt + 40);
    const last = await alice.open({ maxPerSubject: 2 });
    deepEqual(await alice.sids(), [other.sid, last.sid].sort());
  },

  'sessions of other subjects do not count': async (alice) => {
    const hers = await alice.open();
    await alice.other().open({ maxPerSubject: 1 });
    deepEqual(await alice.sids(), [hers.sid]);
  },
};
