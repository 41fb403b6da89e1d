import { deepEqual, equal, ok } from 'node:assert/strict';
import { plain, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

async function page(subject: StoreSubject, limit: number, after: string | null) {
  const { sessions, next } = await subject.store.listSessionPage(subject.hash, { limit, after });
  return { sessions: sessions.map(plain), next };
}

/** The ids on all pages. `between` runs after each page. */
async function allPages(subject: StoreSubject, limit: number, between?: () => Promise<void>): Promise<string[]> {
  const sids: string[] = [];
  let after: string | null = null;
  do {
    const { sessions, next } = await page(subject, limit, after);
    ok(sessions.length <= limit, `a page of ${sessions.length} sessions, with a limit of ${limit}`);
    sids.push(...sessions.map(({ sid }) => sid));
    after = next;
    await between?.();
  } while (after !== null);
  return sids;
}

export const paging: Facts = {
  'the pages have the sessions of the list, in its order': async (alice) => {
    await Promise.all(Array.from({ length: 23 }, () => alice.open()));
    const list = (await alice.list()).map(({ sid }) => sid);
    for (const limit of [1, 5, 22, 23, 24, 1_000]) deepEqual(await allPages(alice, limit), list);
  },

  'the first page has the last used sessions': async (alice) => {
    const first = await alice.open();
    await alice.pass(3);
    const second = await alice.open();
    await alice.pass(3);
    const used = await alice.rotate(first);
    const { sessions, next } = await page(alice, 1, null);
    deepEqual(sessions, [used]);
    deepEqual(await page(alice, 1, next), { sessions: [second], next: null });
  },

  'a subject without sessions has one empty page': async (alice) => {
    await alice.other().open();
    deepEqual(await page(alice, 10, null), { sessions: [], next: null });
  },

  'a session that does not change is on one page, also if other sessions change': async (alice) => {
    const opened = [];
    for (let index = 0; index < 12; index++) {
      opened.push(await alice.open());
      await alice.pass(3);
    }
    const busy = opened.filter((_, index) => index % 3 === 0);
    const quiet = opened.filter((_, index) => index % 3 !== 0).map(({ sid }) => sid);
    const ended = new Set<string>();
    const listed = await allPages(alice, 2, async () => {
      const session = busy.pop();
      if (session === undefined) return;
      if (busy.length % 2 === 0) await alice.rotate(session);
      else await alice.end(session.sid);
      ended.add(session.sid);
      await alice.open();
    });
    deepEqual(
      listed.filter((sid) => quiet.includes(sid)),
      [...quiet].reverse(),
    );
    equal(new Set(listed).size, listed.length);
    equal(ended.size, 4);
  },

  'sessions that have ended are on no page': async (alice) => {
    const expired = await alice.open({ maxAge: 20 });
    const ended = await alice.open();
    const left = await alice.open();
    await alice.end(ended.sid);
    await alice.reach(expired.openedAt + 40);
    deepEqual(await allPages(alice, 1), [left.sid]);
    await alice.endAll();
    deepEqual(await allPages(alice, 1), []);
  },

  'another process goes on with the next page': async (alice) => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => alice.open()));
    const first = await page(alice, 3, null);
    const second = await page(alice.inAnotherProcess(), 3, first.next);
    deepEqual(
      [...first.sessions, ...second.sessions].map(({ sid }) => sid).sort(),
      opened.map(({ sid }) => sid).sort(),
    );
  },

  'a text that was no next page has an empty page': async (alice) => {
    await alice.open();
    for (const after of ['', 'x', '-1', '{}', '[]', '+inf', "' OR 1=1", '9'.repeat(400), '%00', '\u0000']) {
      deepEqual(await page(alice, 10, after), { sessions: [], next: null });
    }
  },
};
