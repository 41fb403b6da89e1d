import type { EndedSession, NotedRevocation } from '../revocation-store.js';
import type { RedisCommands } from './redis-commands.js';
import type { subjectKeys } from './redis-keys.js';

/** How many notes are read at once. */
const READ_AT_ONCE = 500;

/** The value of a key that holds a note. */
type StoredNote = { readonly createdMicros: number; readonly note: string } & (
  { readonly session: EndedSession } | { readonly session?: undefined; readonly jti: string }
);

/** The notes in the values of several keys. `null` is an entry that has expired, `1` a denial without a note. */
function readNotes(values: readonly (string | null)[]): StoredNote[] {
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
 * The notes of a subject, the latest first. They are read a few at a time, from the end of their index on: a note that expires
 * meanwhile is at its beginning, so the ranks that count from the end stay.
 */
export async function listNotes(
  commands: RedisCommands,
  { notes, noted }: ReturnType<typeof subjectKeys>,
): Promise<NotedRevocation[]> {
  const stored: StoredNote[] = [];
  const seen = new Set<string>();
  for (let last = -1, found = READ_AT_ONCE; found === READ_AT_ONCE; last -= READ_AT_ONCE) {
    const ends = await commands.members(notes, last - READ_AT_ONCE + 1, last);
    found = ends.length;
    // A new note can have moved some that were read already.
    const others = ends.filter((end) => !seen.has(end));
    for (const end of others) seen.add(end);
    if (others.length > 0) stored.push(...readNotes(await commands.mget(others.map(noted))));
  }
  return stored.sort((left, right) => right.createdMicros - left.createdMicros).map(toNoted);
}
