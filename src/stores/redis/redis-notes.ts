import type { EndedSession, NotedPage, NotedRevocation, SessionPageQuery } from '../revocation-store.js';
import type { RedisCommands } from './redis-commands.js';
import type { subjectKeys } from './redis-keys.js';

/** How many notes are read at once. */
const READ_AT_ONCE = 500;

/** Where a page begins: how many notes are after it in the index. */
const POSITION = /^\d{1,15}$/;

/** The value of a key that holds a note. */
type StoredNote = { readonly createdMicros: number; readonly note: string } & (
  { readonly session: EndedSession } | { readonly session?: undefined; readonly jti: string }
);

/** The notes in the values of several keys. `null` is an entry that has expired, `1` a denial without a note. */
function notesIn(values: readonly (string | null)[]): StoredNote[] {
  const texts = values.filter((value) => value !== null).filter((value) => value !== '1');
  return texts.map((text) => JSON.parse(text) as StoredNote);
}

function toNoted(stored: StoredNote): NotedRevocation {
  const { note, createdMicros } = stored;
  const createdAt = Math.floor(createdMicros / 1000);
  if (stored.session === undefined) return { session: null, jti: stored.jti, note, createdAt };
  return { session: stored.session, jti: null, note, createdAt };
}

/**
 * Some notes of a subject, from the end of their index on. A note that expires meanwhile is at its beginning, so the ranks that count
 * from the end stay. A new note can move some that were read already, so they are read again.
 */
export async function readNotes(
  commands: RedisCommands,
  { notes, noted }: ReturnType<typeof subjectKeys>,
  { limit, after }: SessionPageQuery,
): Promise<NotedPage> {
  if (after !== null && !POSITION.test(after)) return { entries: [], next: null };
  const most = Math.min(limit, READ_AT_ONCE);
  const first = Number(after ?? 0);
  const ends = await commands.members(notes, -first - most, -first - 1);
  if (ends.length === 0) return { entries: [], next: null };
  const stored = notesIn(await commands.mget(ends.map(noted)));
  const entries = stored.sort((left, right) => right.createdMicros - left.createdMicros).map(toNoted);
  return { entries, next: ends.length < most ? null : String(first + most) };
}
