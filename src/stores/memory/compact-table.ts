import type { IdHash } from './id-hash.js';
import { TableSegment } from './table-segment.js';

const SEGMENT_BITS = 10;
const SEGMENTS = 2 ** SEGMENT_BITS;

/** How many slots are looked at per step of sweeping. */
const SLOTS_PER_SWEEP = 32;

/**
 * A number for each of millions of hashed ids, in some 50 bytes each. It grows and shrinks a segment at a time, so that
 * no call ever moves more than a thousandth of it.
 */
export class CompactTable {
  private readonly segments = new Array<TableSegment | undefined>(SEGMENTS);
  private segmentToSweep = 0;
  private slotToSweep = 0;

  /** How many entries there are, those that are gone but not yet taken out included. */
  get size(): number {
    return this.segments.reduce((sum, segment) => sum + (segment?.entries ?? 0), 0);
  }

  /** The number of an id, whose hash begins at a place of an array; `undefined` where there is none. */
  get(key: IdHash, from = 0): number | undefined {
    return this.segments[segmentOf(key, from)]?.get(key, from);
  }

  /** Sets the number of an id, unless the one it has is greater. What is not above `floor` may be dropped on the way. */
  raise(key: IdHash, number: number, floor = -Infinity): void {
    const segment = (this.segments[segmentOf(key)] ??= new TableSegment());
    segment.raise(key, number, floor);
  }

  /** Takes out some of what is not above `floor`; each call goes on where the last one stopped. */
  sweep(floor: number): void {
    const segment = this.segments[this.segmentToSweep];
    this.slotToSweep = segment?.sweep(this.slotToSweep, SLOTS_PER_SWEEP, floor) ?? 0;
    if (this.slotToSweep > 0) return;
    if (segment?.entries === 0) this.segments[this.segmentToSweep] = undefined;
    this.segmentToSweep = (this.segmentToSweep + 1) % SEGMENTS;
  }
}

function segmentOf(key: IdHash, from = 0): number {
  return (key[from] as number) >>> (32 - SEGMENT_BITS);
}
