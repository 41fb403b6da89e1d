import { denialKey, quickHash } from './denial-key.js';
import { TableSegment } from './table-segment.js';

const SEGMENT_BITS = 10;
const SEGMENTS = 2 ** SEGMENT_BITS;

/** How many slots one step of a sweep looks at. */
const SLOTS_PER_SWEEP = 32;

/**
 * The denied `jti`s of all subjects, each with the time until which it is denied (milliseconds, `Infinity`: for ever). An
 * entry takes about 50 bytes. The table grows and shrinks by one of its 1,024 segments at a time, so that no call moves
 * more than a thousandth of the entries.
 */
export class DenialTable {
  private readonly segments = new Array<TableSegment | undefined>(SEGMENTS);
  private segmentsInUse = 0;
  private segmentToSweep = 0;
  private slotToSweep = 0;

  /** How many entries there are. Expired ones count until a sweep removes them. */
  get size(): number {
    return this.segments.reduce((sum, segment) => sum + (segment?.entries ?? 0), 0);
  }

  /** Until when a `jti` is denied, in milliseconds; `undefined` if the table has no entry. */
  get(subject: string, jti: string): number | undefined {
    // Where log-outs end sessions and deny nothing, a look-up needs no hash.
    if (this.segmentsInUse === 0) return undefined;
    const quick = quickHash(jti);
    const segment = this.segments[segmentOf(quick)];
    return segment?.mayContain(quick) ? segment.get(denialKey(subject, jti, quick)) : undefined;
  }

  /** Denies a `jti` until a time, unless it is denied for longer already. May drop entries that have expired by `now`. */
  deny(subject: string, jti: string, until: number, now: number): void {
    const quick = quickHash(jti);
    const segment = this.segments[segmentOf(quick)] ?? this.addSegment(segmentOf(quick));
    segment.raise(denialKey(subject, jti, quick), until, now);
  }

  /** Removes some of the entries that have expired by `now`. Each call continues where the last one stopped. */
  sweep(now: number): void {
    const segment = this.segments[this.segmentToSweep];
    this.slotToSweep = segment?.sweep(this.slotToSweep, SLOTS_PER_SWEEP, now) ?? 0;
    if (this.slotToSweep > 0) return;
    if (segment?.entries === 0) this.removeSegment(this.segmentToSweep);
    this.segmentToSweep = (this.segmentToSweep + 1) % SEGMENTS;
  }

  private addSegment(index: number): TableSegment {
    const segment = new TableSegment();
    this.segments[index] = segment;
    this.segmentsInUse++;
    return segment;
  }

  private removeSegment(index: number): void {
    this.segments[index] = undefined;
    this.segmentsInUse--;
  }
}

function segmentOf(quick: number): number {
  return quick >>> (32 - SEGMENT_BITS);
}
