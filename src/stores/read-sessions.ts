import type { SessionRecord } from './revocation-store.js';

/** How many sessions are held: about a megabyte. */
const MOST = 1_000;

/**
 * The sessions that were parsed last, with their texts. A client sends several requests before its session changes, and
 * parsing is a fifth of the cost of a look-up. A text that has changed is parsed again, so nothing gets old.
 */
export class ReadSessions {
  private readonly sessions = new Map<string, { readonly text: string; readonly record: SessionRecord }>();

  constructor(private readonly parse: (text: string, sid: string) => SessionRecord) {}

  /** The session in a text. It is frozen, since several look-ups share it. */
  read(sid: string, text: string): SessionRecord {
    const known = this.sessions.get(sid);
    if (known?.text === text) return known.record;
    const record = Object.freeze(this.parse(text, sid));
    if (this.sessions.size >= MOST) this.sessions.clear();
    this.sessions.set(sid, { text, record });
    return record;
  }
}
