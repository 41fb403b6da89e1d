import { KEY_WORDS, type DenialKey } from './denial-key.js';

const MIN_CAPACITY = 8;
const MAX_LOAD = 0.75;
const MIN_LOAD = 0.25;

/**
 * A hash table with open addressing: each key has a time in milliseconds until which its entry counts. Two typed arrays
 * hold 24 bytes per slot, and the garbage collector has no objects to visit.
 */
export class TableSegment {
  private capacity = MIN_CAPACITY;
  private keys = new Int32Array(MIN_CAPACITY * KEY_WORDS);
  /** `NaN` marks an empty slot. */
  private times = emptyTimes(MIN_CAPACITY);
  private size = 0;

  /** How many entries there are. Expired ones count until they are removed. */
  get entries(): number {
    return this.size;
  }

  /** Whether an entry has this quick hash; `false` is certain, and `get()` decides the rest. */
  mayContain(quick: number): boolean {
    const mask = this.capacity - 1;
    for (let slot = quick & mask; !this.isEmpty(slot); slot = (slot + 1) & mask) {
      if (this.keys[slot * KEY_WORDS] === quick) return true;
    }
    return false;
  }

  /** The time of a key; `undefined` if there is no entry. */
  get(key: DenialKey): number | undefined {
    const time = this.times[this.slotOf(key)] as number;
    return Number.isNaN(time) ? undefined : time;
  }

  /** Sets the time of a key, unless its time is later already. May drop entries that have expired by `now`. */
  raise(key: DenialKey, time: number, now: number): void {
    let slot = this.slotOf(key);
    if (this.isEmpty(slot)) {
      if (this.size + 1 > this.capacity * MAX_LOAD) {
        this.rebuild(now);
        slot = this.slotOf(key);
      }
      this.fill(slot, time, key);
    } else if ((this.times[slot] as number) < time) {
      this.times[slot] = time;
    }
  }

  /** Looks at `count` slots and removes what has expired by `now`. Returns the next slot to look at, 0 at the end. */
  sweep(from: number, count: number, now: number): number {
    const end = Math.min(from + count, this.capacity);
    for (let slot = from; slot < end; slot++) {
      // The entry that moves up into the slot can have expired, too.
      while ((this.times[slot] as number) <= now) this.remove(slot);
    }
    if (end < this.capacity) return end;
    if (this.capacity > MIN_CAPACITY && this.size < this.capacity * MIN_LOAD) this.rebuild(now);
    return 0;
  }

  private isEmpty(slot: number): boolean {
    return Number.isNaN(this.times[slot]);
  }

  /** The slot of the key that begins at `from` in an array, or the empty slot where it belongs. */
  private slotOf(key: DenialKey, from = 0): number {
    const mask = this.capacity - 1;
    let slot = (key[from] as number) & mask;
    while (!this.isEmpty(slot) && !this.matches(slot, key, from)) slot = (slot + 1) & mask;
    return slot;
  }

  private matches(slot: number, key: DenialKey, from: number): boolean {
    const at = slot * KEY_WORDS;
    for (let word = 0; word < KEY_WORDS; word++) if (this.keys[at + word] !== key[from + word]) return false;
    return true;
  }

  private fill(slot: number, time: number, key: DenialKey, from = 0): void {
    for (let word = 0; word < KEY_WORDS; word++) this.keys[slot * KEY_WORDS + word] = key[from + word] as number;
    this.times[slot] = time;
    this.size++;
  }

  /** Empties a slot and moves up the entries behind it that no search would reach any more (Knuth, 6.4, algorithm R). */
  private remove(slot: number): void {
    const mask = this.capacity - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; !this.isEmpty(next); next = (next + 1) & mask) {
      const home = (this.keys[next * KEY_WORDS] as number) & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      this.keys.copyWithin(gap * KEY_WORDS, next * KEY_WORDS, (next + 1) * KEY_WORDS);
      this.times[gap] = this.times[next] as number;
      gap = next;
    }
    this.times[gap] = NaN;
    this.size--;
  }

  /** Moves the entries that have not expired into arrays that they fill by half at most. */
  private rebuild(now: number): void {
    const { keys, times } = this;
    let left = 0;
    for (const time of times) if (time > now) left++;
    this.capacity = MIN_CAPACITY;
    while (this.capacity < left * 2) this.capacity *= 2;
    this.keys = new Int32Array(this.capacity * KEY_WORDS);
    this.times = emptyTimes(this.capacity);
    this.size = 0;
    for (let old = 0; old < times.length; old++) {
      const time = times[old] as number;
      if (time > now) this.fill(this.slotOf(keys, old * KEY_WORDS), time, keys, old * KEY_WORDS);
    }
  }
}

function emptyTimes(capacity: number): Float64Array {
  return new Float64Array(capacity).fill(NaN);
}
