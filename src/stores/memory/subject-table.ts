import { SubjectMap } from './subject-map.js';

interface Entry<Value> {
  readonly value: Value;
  /** When the entry is removed, in milliseconds of the store's clock; `Infinity`: never. */
  readonly removeAt: number;
}

/** How many entries one step of a sweep looks at. */
const ENTRIES_PER_SWEEP = 4;

/** Entries of all subjects, each with a name that is unique for its subject. */
export class SubjectTable<Value> {
  private readonly subjects = new SubjectMap<Map<string, Entry<Value>>>();
  private sweeping = this.allEntries();

  /** An entry whose time is not over at `now`; `null` if there is none. */
  find(subject: string, name: string, now: number): Value | null {
    const entry = this.subjects.get(subject)?.get(name);
    return entry !== undefined && entry.removeAt > now ? entry.value : null;
  }

  /** A subject's entries whose time is not over at `now`, the last stored one first. */
  list(subject: string, now: number): Value[] {
    const entries = [...(this.subjects.get(subject)?.values() ?? [])].reverse();
    return entries.filter(({ removeAt }) => removeAt > now).map(({ value }) => value);
  }

  /** When an entry is removed, in milliseconds; `undefined` if there is none. */
  endOf(subject: string, name: string): number | undefined {
    return this.subjects.get(subject)?.get(name)?.removeAt;
  }

  /** Removes an entry, if it is there. */
  remove(subject: string, name: string): void {
    const entries = this.subjects.get(subject);
    if (entries?.delete(name) && entries.size === 0) this.subjects.delete(subject);
  }

  /** Removes some of the entries whose time is over at `now`. Each call continues where the last one stopped. */
  sweep(now: number): void {
    for (let step = 0; step < ENTRIES_PER_SWEEP; step++) {
      const { value: entry, done } = this.sweeping.next();
      if (done) this.sweeping = this.allEntries();
      else if (entry !== null && entry.removeAt <= now) this.remove(entry.subject, entry.name);
    }
  }

  /** How many entries there are. Expired ones count until a sweep removes them. */
  get size(): number {
    let size = 0;
    for (const entry of this.subjects.entries()) size += entry?.[1].size ?? 0;
    return size;
  }

  /** Stores an entry, which makes it the last one of its subject. */
  protected store(subject: string, name: string, entry: Entry<Value>): void {
    const entries = this.subjects.get(subject) ?? new Map<string, Entry<Value>>();
    if (entries.size === 0) this.subjects.set(subject, entries);
    entries.delete(name);
    entries.set(name, entry);
  }

  /** All entries, however they change meanwhile, and `null` from time to time, so that a step over nothing ends. */
  private *allEntries(): Generator<{ subject: string; name: string; removeAt: number } | null, undefined> {
    for (const entry of this.subjects.entries()) {
      if (entry === null) yield null;
      else for (const [name, { removeAt }] of entry[1]) yield { subject: entry[0], name, removeAt };
    }
  }
}
