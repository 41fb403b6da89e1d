import { HASH_WORDS, type IdHash } from './id-hash.js';

const MIN_CAPACITY = 8;
const MAX_LOAD = 0.75;
const MIN_LOAD = 0.25;

/**
 * A hash table with open addressing in two typed arrays: 24 bytes per slot, and nothing for a garbage collector to walk.
 * An entry whose number is not above the `floor` counts as gone, and is taken out when it is met.
 */
export class TableSegment {
  private capacity = MIN_CAPACITY;
  private keys = new Int32Array(MIN_CAPACITY * HASH_WORDS);
  private numbers = emptyNumbers(MIN_CAPACITY);
  private size = 0;

  /** How many entries there are, those not yet taken out included. */
  get entries(): number {
    return this.size;
  }

  /** The number of an id; `undefined` where there is none. */
  get(key: IdHash, from = 0): number | undefined {
    const number = this.numbers[this.slotOf(key, from)] as number;
    return Number.isNaN(number) ? undefined : number;
  }

  /** Sets the number of an id, unless the one it has is greater. */
  raise(key: IdHash, number: number, floor: number): void {
    let slot = this.slotOf(key);
    if (this.isEmpty(slot)) {
      if (this.size + 1 > this.capacity * MAX_LOAD) {
        this.rebuild(floor);
        slot = this.slotOf(key);
      }
      this.fill(slot, number, key);
    } else if ((this.numbers[slot] as number) < number) {
      this.numbers[slot] = number;
    }
  }

  /** Looks at so many slots and takes out what is gone; answers where to go on, 0 at the end. */
  sweep(from: number, count: number, floor: number): number {
    const end = Math.min(from + count, this.capacity);
    for (let slot = from; slot < end; slot++) {
      // What moves up into the slot has to be looked at, too.
      while ((this.numbers[slot] as number) <= floor) this.remove(slot);
    }
    if (end < this.capacity) return end;
    if (this.capacity > MIN_CAPACITY && this.size < this.capacity * MIN_LOAD) this.rebuild(floor);
    return 0;
  }

  private isEmpty(slot: number): boolean {
    return Number.isNaN(this.numbers[slot]);
  }

  /** Where the id is that begins at a place of an array, or the empty slot where it belongs. */
  private slotOf(key: IdHash, from = 0): number {
    const mask = this.capacity - 1;
    let slot = (key[from + 1] as number) & mask;
    while (!this.isEmpty(slot) && !this.holds(slot, key, from)) slot = (slot + 1) & mask;
    return slot;
  }

  private holds(slot: number, key: IdHash, from: number): boolean {
    const at = slot * HASH_WORDS;
    for (let word = 0; word < HASH_WORDS; word++) if (this.keys[at + word] !== key[from + word]) return false;
    return true;
  }

  private fill(slot: number, number: number, key: IdHash, from = 0): void {
    for (let word = 0; word < HASH_WORDS; word++) this.keys[slot * HASH_WORDS + word] = key[from + word] as number;
    this.numbers[slot] = number;
    this.size++;
  }

  /** Empties a slot and moves up those behind it that could not be reached any more (Knuth, 6.4, algorithm R). */
  private remove(slot: number): void {
    const mask = this.capacity - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; !this.isEmpty(next); next = (next + 1) & mask) {
      const home = (this.keys[next * HASH_WORDS + 1] as number) & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      this.keys.copyWithin(gap * HASH_WORDS, next * HASH_WORDS, (next + 1) * HASH_WORDS);
      this.numbers[gap] = this.numbers[next] as number;
      gap = next;
    }
    this.numbers[gap] = NaN;
    this.size--;
  }

  /** Moves what is left into arrays of which it fills half at most. */
  private rebuild(floor: number): void {
    const { keys, numbers } = this;
    let left = 0;
    for (const number of numbers) if (number > floor) left++;
    this.capacity = MIN_CAPACITY;
    while (this.capacity < left * 2) this.capacity *= 2;
    this.keys = new Int32Array(this.capacity * HASH_WORDS);
    this.numbers = emptyNumbers(this.capacity);
    this.size = 0;
    for (let old = 0; old < numbers.length; old++) {
      const number = numbers[old] as number;
      if (number > floor) this.fill(this.slotOf(keys, old * HASH_WORDS), number, keys, old * HASH_WORDS);
    }
  }
}

function emptyNumbers(capacity: number): Float64Array {
  return new Float64Array(capacity).fill(NaN);
}
