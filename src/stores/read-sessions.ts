/** How many sessions are held: about a megabyte. */
const MOST = 1_000;

/**
 * The sessions that were parsed last, with their texts. A client sends several requests before its session changes, and
 * parsing is a fifth of the cost of a look-up. A text that has changed is parsed again, so nothing gets old.
 */
export class ReadSessions<Session extends { readonly record: object }> {
  private readonly sessions = new Map<string, { readonly text: string; readonly session: Session }>();

  constructor(private readonly parse: (text: string, sid: string) => Session) {}

  /** The session in a text. Its record is frozen, since several look-ups share it. */
  read(sid: string, text: string): Session {
    const known = this.sessions.get(sid);
    if (known?.text === text) return known.session;
    const session = this.parse(text, sid);
    Object.freeze(session.record);
    if (this.sessions.size >= MOST) this.sessions.clear();
    this.sessions.set(sid, { text, session });
    return session;
  }
}
