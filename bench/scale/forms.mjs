// Compares entries that the store wrote with entries that were loaded: their columns, types and sizes.
import { denialOf, opening, presenting, sessionOf, subjectOf } from './entries.mjs';

/** The value of each column: its type, and the length of a text. */
export function rowForms(rows) {
  return rows.map((row) => `${row.kind}: ${JSON.stringify(formOf(row))}`).sort();
}

/** The kind of each key, how Redis encodes its value, whether it expires, and the form of the value. */
export async function keyForms(client, keys) {
  const forms = keys.map(async (key) => {
    const [kind] = /:[a-z](?=:|$)/.exec(key);
    const type = await client.type(key);
    const encoding = await client.sendCommand(['OBJECT', 'ENCODING', key]);
    const expires = (await client.pTTL(key)) > 0;
    const value = type === 'string' ? JSON.parse(await client.get(key)) : await client.zRangeWithScores(key, 0, -1);
    return `${kind} of ${key.length} characters: ${JSON.stringify({ type, encoding, expires, value: formOf(value) })}`;
  });
  return (await Promise.all(forms)).sort();
}

/** Texts and numbers as their lengths. */
function formOf(value) {
  if (typeof value === 'string') return `text of ${value.length}`;
  // Digits count: Redis holds numbers as text.
  if (typeof value === 'number') return `number of ${String(Math.floor(value)).length} digits`;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(formOf);
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, formOf(own)]));
}

/** Throws if a loaded entry differs from one that the store wrote. Empties the store. */
export async function checkForms({ store, loadSessions, loadDenials, forms, clear }) {
  const [written, loaded] = [subjectOf('written'), subjectOf('loaded')];
  for (const index of [0, 1]) {
    const session = sessionOf(written, index, Date.now());
    const open = opening(written, session.sid);
    await store.openSession(open, Infinity);
    if (session.parentId === null) continue;
    await store.present(presenting(written, { sid: session.sid, currentId: open.token.id }), Infinity);
  }
  await store.deny(written, denialOf(written, 0, 0).jti, 86_400_000, Infinity);
  const now = Date.now();
  await loadSessions([{ subject: loaded, sessions: [0, 1].map((index) => sessionOf(loaded, index, now)) }]);
  await loadDenials([denialOf(loaded, 0, now + 86_400_000)]);
  const [ofStore, ofLoading] = [await forms(written), await forms(loaded)];
  if (ofStore.join('\n') !== ofLoading.join('\n')) {
    throw new Error(`The store writes:\n${ofStore.join('\n')}\nLoaded was:\n${ofLoading.join('\n')}`);
  }
  await clear();
}
