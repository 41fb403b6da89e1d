import type { Awaitable } from '../types/awaitable.js';

/**
 * Runs a write with a note. The messages of some drivers contain the values of a statement, and the library logs the message of
 * a failure. So an error whose message contains the note is replaced by one whose message does not.
 */
export async function hidingNote<T>(note: string, write: () => Awaitable<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (note === '' || !message.includes(note)) throw error;
    // No cause: it would have the note.
    // eslint-disable-next-line preserve-caught-error
    throw new Error(message.replaceAll(note, '[note]'));
  }
}
