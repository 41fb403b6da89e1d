import type { NotedPage, NotedRevocation } from './revocation-store.js';
import { Turns } from '../types/turns.js';

/** How many entries are merged between two readings of the clock. */
const MERGED_AT_ONCE = 1_000;

type Entries = readonly NotedRevocation[];

/** The entries of all pages, the latest first, each once. `read` gets `next` of the page before. */
export async function allNoted(read: (after: string | null) => NotedPage | Promise<NotedPage>): Promise<Entries> {
  const turns = new Turns();
  const seen = new Set<string>();
  let runs: Entries[] = [];
  let after: string | null = null;
  do {
    const page: NotedPage = await read(after);
    const entries = page.entries.filter((entry) => !seen.has(nameOf(entry)));
    for (const entry of entries) seen.add(nameOf(entry));
    runs.push(entries.sort((left, right) => right.createdAt - left.createdAt));
    after = page.next;
    await turns.next();
  } while (after !== null);
  while (runs.length > 1) runs = await mergePairs(runs, turns);
  return runs[0] as Entries;
}

function nameOf({ session, jti }: NotedRevocation): string {
  return session === null ? `j:${jti}` : `s:${session.sid}`;
}

/** Half as many lists. Sorting 200,000 entries at once holds the event loop for longer than 50 ms. */
async function mergePairs(runs: readonly Entries[], turns: Turns): Promise<Entries[]> {
  const merged: Entries[] = [];
  for (let index = 0; index < runs.length; index += 2) {
    merged.push(await merge(runs[index] as Entries, runs[index + 1] ?? [], turns));
  }
  return merged;
}

async function merge(one: Entries, other: Entries, turns: Turns): Promise<Entries> {
  const merged: NotedRevocation[] = [];
  for (let left = 0, right = 0; left < one.length || right < other.length;) {
    const [first, second] = [one[left], other[right]];
    const takesFirst = second === undefined || (first !== undefined && first.createdAt >= second.createdAt);
    merged.push((takesFirst ? one[left++] : other[right++]) as NotedRevocation);
    if (merged.length % MERGED_AT_ONCE === 0) await turns.next();
  }
  return merged;
}
