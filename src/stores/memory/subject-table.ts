import { SubjectMap } from './subject-map.js';

/** A value of a table. */
export interface Entry<Value> {
  readonly value: Value;
  /** Larger than that of every entry of the table that was stored before. */
  readonly ordinal: number;
  /** When the entry is removed, in milliseconds of the store's clock; `Infinity`: never. */
  readonly removeAt: number;
}

/** How many entries one step of a sweep looks at. */
const ENTRIES_PER_SWEEP = 4;

/** Entries of all subjects, each with a name that is unique for its subject. */
export class SubjectTable<Value> {
  private readonly subjects = new SubjectMap<Map<string, Entry<Value>>>();
  private sweeping = this.allEntries();
  private lastOrdinal = 0;

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

  /** Some of a subject's entries whose time is not over at `now`, the last stored one first. `next` names the next page. */
  page(subject: string, now: number, { limit, after }: { limit: number; after: string | null }) {
    if (after !== null && !/^\d{1,16}$/.test(after)) return { values: [], next: null };
    const before = after === null ? Infinity : Number(after);
    const entries = [...(this.subjects.get(subject)?.values() ?? [])];
    const page: Entry<Value>[] = [];
    // One more than wanted, to know whether there is a next page.
    for (let index = entries.length - 1; index >= 0 && page.length <= limit; index--) {
      const entry = entries[index] as Entry<Value>;
      if (entry.ordinal < before && entry.removeAt > now) page.push(entry);
    }
    const next = page.length > limit ? String(page[limit - 1]?.ordinal) : null;
    return { values: page.slice(0, limit).map(({ value }) => value), next };
  }

  /** A subject's names, the first stored one first. They may be removed meanwhile. */
  namesOf(subject: string): Iterable<string> {
    return this.subjects.get(subject)?.keys() ?? [];
  }

  /** How many entries a subject has. Expired ones count until a sweep removes them. */
  countOf(subject: string): number {
    return this.subjects.get(subject)?.size ?? 0;
  }

  /** Removes the entries of a subject that meet a condition, and returns them. */
  removeWhere(subject: string, isOver: (entry: Entry<Value>) => boolean): Entry<Value>[] {
    const entries = this.subjects.get(subject);
    const over: [string, Entry<Value>][] = [];
    const left: [string, Entry<Value>][] = [];
    for (const entry of entries ?? []) (isOver(entry[1]) ? over : left).push(entry);
    // A Map that shrinks moves its entries again and again: 200,000 of them in 90 ms.
    if (left.length === 0) this.subjects.delete(subject);
    else if (over.length > left.length) this.subjects.set(subject, new Map(left));
    else for (const [name] of over) entries?.delete(name);
    return over.map(([, entry]) => entry);
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
  protected store(subject: string, name: string, entry: Omit<Entry<Value>, 'ordinal'>): void {
    const entries = this.subjects.get(subject) ?? new Map<string, Entry<Value>>();
    if (entries.size === 0) this.subjects.set(subject, entries);
    entries.delete(name);
    entries.set(name, { ...entry, ordinal: ++this.lastOrdinal });
  }

  /** All entries, however they change meanwhile, and `null` from time to time, so that a step over nothing ends. */
  private *allEntries(): Generator<{ subject: string; name: string; removeAt: number } | null, undefined> {
    for (const entry of this.subjects.entries()) {
      if (entry === null) yield null;
      else for (const [name, { removeAt }] of entry[1]) yield { subject: entry[0], name, removeAt };
    }
  }
}
