import type { SessionRecord } from '../revocation-store.js';

interface Entry {
  readonly record: SessionRecord;
  /** When the record leaves. */
  readonly removeAt: number;
}

/** A subject's sessions by `sid`, the longest unused first. */
type SubjectSessions = Map<string, Entry>;

// A Map that grows moves all its entries at once; each of these holds few.
const SHARDS = 256;

/** How many sessions are looked at per step of sweeping. */
const SESSIONS_PER_SWEEP = 4;

/** The sessions of all subjects. */
export class SessionShelf {
  private readonly shards = Array.from({ length: SHARDS }, () => new Map<string, SubjectSessions>());
  private walk = this.everything();

  /** A session that is there at that time. */
  find(subject: string, sid: string, now: number): SessionRecord | null {
    const entry = this.shardOf(subject).get(subject)?.get(sid);
    return entry !== undefined && entry.removeAt > now ? entry.record : null;
  }

  /** A subject's sessions that are there at that time, the longest unused first. */
  list(subject: string, now: number): SessionRecord[] {
    const entries = [...(this.shardOf(subject).get(subject)?.values() ?? [])];
    return entries.filter(({ removeAt }) => removeAt > now).map(({ record }) => record);
  }

  /** Puts a session in, or another record in its place: it is the last used one now. */
  put(subject: string, record: SessionRecord, removeAt: number): void {
    const shard = this.shardOf(subject);
    let sessions = shard.get(subject);
    if (sessions === undefined) shard.set(subject, (sessions = new Map<string, Entry>()));
    sessions.delete(record.sid);
    sessions.set(record.sid, { record, removeAt });
  }

  remove(subject: string, sid: string): void {
    const shard = this.shardOf(subject);
    const sessions = shard.get(subject);
    if (sessions?.delete(sid) && sessions.size === 0) shard.delete(subject);
  }

  /** Takes out some of the sessions whose time is over; each call goes on where the last one stopped. */
  sweep(now: number): void {
    for (let step = 0; step < SESSIONS_PER_SWEEP; step++) {
      const { value: met, done } = this.walk.next();
      if (done) this.walk = this.everything();
      else if (met !== null && met.removeAt <= now) this.remove(met.subject, met.sid);
    }
  }

  /** How many sessions there are, those whose time is over but not yet taken out included. */
  get size(): number {
    return this.shards.reduce((sum, shard) => [...shard.values()].reduce((all, { size }) => all + size, sum), 0);
  }

  /** Walks over all sessions, however they change meanwhile; `null` after each shard, so that empty ones are steps. */
  private *everything(): Generator<{ subject: string; sid: string; removeAt: number } | null, undefined> {
    for (const shard of this.shards) {
      for (const [subject, sessions] of shard) {
        for (const [sid, { removeAt }] of sessions) yield { subject, sid, removeAt };
      }
      yield null;
    }
  }

  private shardOf(subject: string): Map<string, SubjectSessions> {
    let sum = 0;
    for (let index = 0; index < subject.length; index++) sum = (Math.imul(sum, 31) + subject.charCodeAt(index)) >>> 0;
    return this.shards[sum % SHARDS] as Map<string, SubjectSessions>;
  }
}
