import { deepEqual } from 'node:assert/strict';
import type { NotedPage } from '../../stores/revocation-store.js';
import type { StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

/** The notes on all pages. `between` runs after each page. */
async function allPages(
  { store, hash }: StoreSubject,
  limit: number,
  between?: (page: number) => Promise<void>,
): Promise<string[]> {
  const notes: string[] = [];
  let after: string | null = null;
  for (let page = 0; page === 0 || after !== null; page++) {
    const { entries, next }: NotedPage = await store.listNotedPage(hash, { limit, after });
    notes.push(...entries.map(({ note }) => note));
    after = next;
    await between?.(page);
  }
  return notes;
}

export const notedPages: Facts = {
  'the pages have the entries of the list': async (alice) => {
    if (!alice.store.keepsNotes) return;
    const noted: string[] = [];
    for (let index = 0; index < 9; index++) {
      await alice.deny(`jti ${index}`, 60_000, `denied ${index}`);
      await alice.deny(`${index}`, 60_000);
      await alice.end((await alice.open()).sid, `ended ${index}`);
      noted.push(`denied ${index}`, `ended ${index}`);
    }
    for (const limit of [1, 4, 18, 19, 1_000]) deepEqual((await allPages(alice, limit)).sort(), noted.sort());
  },

  'an entry is on a page, also if others come meanwhile': async (alice) => {
    if (!alice.store.keepsNotes) return;
    const noted = Array.from({ length: 6 }, (_, index) => `before ${index}`);
    for (const note of noted) await alice.deny(note, 60_000, note);
    const listed = await allPages(alice, 2, (page) => alice.deny(`new ${page}`, 60_000 + page, 'meanwhile'));
    const found = new Set(listed.filter((note) => note !== 'meanwhile'));
    deepEqual([...found].sort(), noted);
  },

  'a text that was no next page has an empty page': async (alice) => {
    if (alice.store.keepsNotes) await alice.deny('jti', 60_000, 'a note');
    for (const after of ['', 'x', '-1', '{}', '[]', '+inf', "' OR 1=1", '9'.repeat(400), '%00', '\u0000']) {
      deepEqual(await alice.store.listNotedPage(alice.hash, { limit: 10, after }), { entries: [], next: null });
    }
  },
};
