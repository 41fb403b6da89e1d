import type { RevocationStore } from '../stores/revocation-store.js';

/** The longest note, in characters. Unlike a device, a note is not cut: it can be evidence. */
const NOTE_LENGTH = 256;

/**
 * The note of a call, checked before the store is called. The messages do not contain the note.
 *
 * @throws TypeError if the note is no text, is too long, or if the store keeps no notes.
 */
export function checkedNote(note: unknown, store: RevocationStore): string | undefined {
  if (note === undefined) return undefined;
  if (typeof note !== 'string') throw new TypeError(`The option "note" must be a text; this is ${typeof note}.`);
  if (note.length > NOTE_LENGTH) {
    throw new TypeError(`The option "note" has ${note.length} characters. It can have at most ${NOTE_LENGTH}.`);
  }
  if (keepsNotes(store)) return note;
  throw new TypeError(
    'The store keeps no notes. Remove "note", or implement listNoted() in the store and set keepsNotes to true.',
  );
}

/** Whether a store keeps notes. A store that does not extend our class may lack the property. */
export function keepsNotes(store: RevocationStore): boolean {
  return (store as Partial<RevocationStore>).keepsNotes === true;
}
