import type { SessionRecord } from '../revocation-store.js';
import { SubjectMap } from './subject-map.js';

interface Entry {
  readonly record: SessionRecord;
  /** When the record is removed, in milliseconds of the store's clock; `Infinity`: never. */
  readonly removeAt: number;
}

/** A subject's sessions by `sid`, the least recently used first. */
type SubjectSessions = Map<string, Entry>;

/** How many sessions one step of a sweep looks at. */
const SESSIONS_PER_SWEEP = 4;

/** The sessions of all subjects. */
export class SessionTable {
  private readonly subjects = new SubjectMap<SubjectSessions>();
  private sweeping = this.allSessions();

  /** A session whose time is not over at `now`; `null` if there is none. */
  find(subject: string, sid: string, now: number): SessionRecord | null {
    const entry = this.subjects.get(subject)?.get(sid);
    return entry !== undefined && entry.removeAt > now ? entry.record : null;
  }

  /** A subject's sessions whose time is not over at `now`, the last used one first. */
  list(subject: string, now: number): SessionRecord[] {
    const entries = [...(this.subjects.get(subject)?.values() ?? [])].reverse();
    return entries.filter(({ removeAt }) => removeAt > now).map(({ record }) => record);
  }

  /** Stores a session's record, which makes it the last used one of its subject. */
  put(subject: string, record: SessionRecord, removeAt: number): void {
    const sessions = this.subjects.get(subject) ?? new Map<string, Entry>();
    if (sessions.size === 0) this.subjects.set(subject, sessions);
    sessions.delete(record.sid);
    sessions.set(record.sid, { record: ownRecord(record), removeAt });
  }

  /** Removes a session, if it is there. */
  remove(subject: string, sid: string): void {
    const sessions = this.subjects.get(subject);
    if (sessions?.delete(sid) && sessions.size === 0) this.subjects.delete(subject);
  }

  /** Removes some of the sessions whose time is over at `now`. Each call continues where the last one stopped. */
  sweep(now: number): void {
    for (let step = 0; step < SESSIONS_PER_SWEEP; step++) {
      const { value: session, done } = this.sweeping.next();
      if (done) this.sweeping = this.allSessions();
      else if (session !== null && session.removeAt <= now) this.remove(session.subject, session.sid);
    }
  }

  /** How many sessions there are. Expired ones count until a sweep removes them. */
  get size(): number {
    let size = 0;
    for (const entry of this.subjects.entries()) size += entry?.[1].size ?? 0;
    return size;
  }

  /** All sessions, however they change meanwhile, and `null` from time to time, so that a step over nothing ends. */
  private *allSessions(): Generator<{ subject: string; sid: string; removeAt: number } | null, undefined> {
    for (const entry of this.subjects.entries()) {
      if (entry === null) yield null;
      else for (const [sid, { removeAt }] of entry[1]) yield { subject: entry[0], sid, removeAt };
    }
  }
}

/**
 * A record that callers cannot change. Its device note is a string of its own: a note that was cut from a longer text
 * would hold all of that text in memory.
 */
function ownRecord(record: SessionRecord): SessionRecord {
  const device = JSON.parse(JSON.stringify(record.device)) as string | null;
  return Object.freeze({ ...record, device });
}
