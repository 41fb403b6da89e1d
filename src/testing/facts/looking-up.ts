import { deepEqual, equal, ok } from 'node:assert/strict';
import type { LookUp, LookUpQuery } from '../../stores/revocation-store.js';
import { plain, refreshToken, sessionOf, type StoreSubject } from '../store-subject.js';
import { UNUSUAL_IDS } from './denying.js';
import type { Facts } from './facts.js';

const nothing = { session: null, denied: false, cutOff: null };

export const lookingUp: Facts = {
  'there is nothing about unknown ids': async (alice) => {
    deepEqual(await alice.lookUp(alice.newSid(), 'jti'), nothing);
    deepEqual(await alice.lookUp(null, null), nothing);
  },

  'one answer has session, denial and cut-off': async (alice) => {
    await alice.endAll({ before: 1_000 });
    const session = await alice.open();
    await alice.deny('jti', 60_000);
    const cutOff = 1_000;
    deepEqual(await alice.lookUp(session.sid, 'jti'), { session, denied: true, cutOff });
    deepEqual(await alice.lookUp(session.sid, 'another'), { session, denied: false, cutOff });
    deepEqual(await alice.lookUp(alice.newSid(), 'jti'), { session: null, denied: true, cutOff });
    deepEqual(await alice.lookUp(null, 'jti'), { session: null, denied: true, cutOff });
    deepEqual(await alice.lookUp(session.sid, null), { session, denied: false, cutOff });
    deepEqual(await alice.lookUp(null, null), { session: null, denied: false, cutOff });
  },

  'a sid and a jti are distinguished': async (alice) => {
    const { sid } = await alice.open();
    equal(await alice.isDenied(sid), false);
    const jti = alice.newSid();
    await alice.deny(jti, null);
    equal(await alice.session(jti), null);
  },

  'the ids of tokens can have any characters': async (alice) => {
    for (const [index, id] of UNUSUAL_IDS.entries()) {
      const next = UNUSUAL_IDS[(index + 1) % UNUSUAL_IDS.length] as string;
      await expectUnchanged(alice, id, next);
    }
  },

  'a record does not change after it was returned': async (alice) => {
    const session = await alice.open();
    await alice.rotate(session);
    equal(session.parentId, null);
    const [listed] = await alice.list();
    await alice.end(session.sid);
    equal(listed?.parentId, session.currentId);
  },
};

/** The store returns id, csrf and device unchanged, and does not confuse them with another id. */
async function expectUnchanged(subject: StoreSubject, id: string, other: string): Promise<void> {
  const token = refreshToken({ id, csrf: id });
  const session = await subject.open({ token, device: id });
  deepEqual([session.currentId, session.csrf, session.device], [id, id, id]);
  deepEqual(await subject.session(session.sid), session);
  sessionOf('current', await subject.present(session.sid, id, { successor: null }));
  const rotated = await subject.rotate(session);
  equal(rotated.parentId, id);
  sessionOf('repeated', await subject.present(session.sid, id));
  equal((await subject.present(session.sid, other)).outcome, 'reused');
}

export const listing: Facts = {
  'the list is empty without sessions': async (alice) => {
    deepEqual(await alice.list(), []);
    await alice.other().open();
    await alice.endAll();
    deepEqual(await alice.list(), []);
  },

  'the last used session is the first': async (alice) => {
    const first = await alice.open({ device: 'phone' });
    await alice.pass(3);
    const second = await alice.open({ token: refreshToken({ lifetime: null, csrf: null }) });
    await alice.pass(3);
    const third = await alice.open({ maxAge: 90_000 });
    deepEqual(await alice.list(), [third, second, first]);
    await alice.pass(3);
    const used = await alice.rotate(first);
    deepEqual(await alice.list(), [used, third, second]);
    await alice.pass(3);
    const replaced = await alice.open({ sid: second.sid, existing: true });
    deepEqual(await alice.list(), [replaced, used, third]);
    await alice.end(used.sid);
    deepEqual(await alice.list(), [replaced, third]);
  },

  'a check or a repetition does not change the order': async (alice) => {
    const session = await alice.open();
    const rotated = await alice.rotate(session);
    await alice.pass(3);
    const later = await alice.open();
    await alice.pass(3);
    await alice.present(session.sid, session.currentId);
    await alice.present(session.sid, rotated.currentId, { successor: null });
    deepEqual(await alice.list(), [later, rotated]);
  },

  'many sessions are listed': async (alice) => {
    const opened = await Promise.all(Array.from({ length: 60 }, () => alice.open()));
    deepEqual(await alice.sids(), opened.map(({ sid }) => sid).sort());
  },
};

export const clock: Facts = {
  'the clock counts milliseconds since 1970': async (alice) => {
    const from = await alice.now();
    ok(from > 1e12 && from < 1e14, `${from} is not a time in milliseconds`);
    await alice.pass(10);
    ok((await alice.now()) >= from + 10);
  },

  'the problems of the set-up are a list of sentences': async ({ store }) => {
    const problems = await store.describeProblems();
    ok(Array.isArray(problems) && problems.every((problem) => typeof problem === 'string'));
  },
};

/** Tokens of two subjects: with and without a session, denied and not, with and without a cut-off. */
async function questions(alice: StoreSubject): Promise<LookUpQuery[]> {
  const bob = alice.other();
  const sessions = [await alice.open(), await alice.open(), await bob.open()];
  await alice.deny('denied', 60_000);
  for (const jti of UNUSUAL_IDS) await bob.deny(jti, null);
  await bob.endAll({ before: 1_000, except: null });
  const sids = [null, 'unknown', '', ...sessions.map(({ sid }) => sid)];
  const jtis = [null, 'denied', '', ...UNUSUAL_IDS.slice(0, 4)];
  return [alice, bob, alice.other()].flatMap(({ hash: subject }) =>
    sids.flatMap((sid) => jtis.map((jti) => ({ subject, sid, jti }))),
  );
}

export const lookingUpMany: Facts = {
  'each query has the answer that it has alone, in the order of the queries': async (alice) => {
    const queries = await questions(alice);
    const alone = await Promise.all(queries.map(async (query) => alice.store.lookUp(query)));
    deepEqual(plainAnswers(await alice.store.lookUpMany(queries)), plainAnswers(alone));
    deepEqual(plainAnswers(await alice.store.lookUpMany([...queries].reverse())), plainAnswers(alone.reverse()));
  },

  'no query, one query and equal queries have answers': async (alice) => {
    const { sid } = await alice.open();
    deepEqual(await alice.store.lookUpMany([]), []);
    for (const query of [
      { subject: alice.hash, sid, jti: 'a' },
      { subject: alice.hash, sid: null, jti: null },
      { subject: alice.hash, sid: '', jti: '' },
    ]) {
      const alone = plainAnswers([await alice.store.lookUp(query)]);
      deepEqual(plainAnswers(await alice.store.lookUpMany([query])), alone);
      deepEqual(plainAnswers(await alice.store.lookUpMany([query, query])), [...alone, ...alone]);
    }
  },

  'a query with a session that has ended by time has none': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.reach(session.openedAt + 40);
    const query = { subject: alice.hash, sid: session.sid, jti: null };
    deepEqual(plainAnswers(await alice.store.lookUpMany([query, query])), [nothing, nothing]);
  },

  'as many queries as the store takes at once have answers': async (alice) => {
    const { lookUpsAtOnce } = alice.store;
    ok(Number.isInteger(lookUpsAtOnce) && lookUpsAtOnce > 0, `${lookUpsAtOnce} is no number of queries`);
    const sessions = await Promise.all(Array.from({ length: Math.min(lookUpsAtOnce, 200) }, () => alice.open()));
    const queries = sessions.map(({ sid }) => ({ subject: alice.hash, sid, jti: sid }));
    const found = await alice.store.lookUpMany(queries);
    deepEqual(
      found.map(({ session }) => session?.sid),
      sessions.map(({ sid }) => sid),
    );
  },
};

function plainAnswers(answers: readonly LookUp[]): LookUp[] {
  return answers.map(({ session, denied, cutOff }) => ({
    session: session === null ? null : plain(session),
    denied,
    cutOff,
  }));
}
