import fc from 'fast-check';
import { CompactTable } from '../../../src/stores/memory/compact-table.js';
import { hashId } from '../../../src/stores/memory/id-hash.js';
import { TableSegment } from '../../../src/stores/memory/table-segment.js';

/** The second word says where an id belongs: few places, at both ends of the table, so that they get in each other's way. */
const keys = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1, 6, 7, 14, 15, -1), fc.constantFrom(0, 1))
  .map(([first, home, last]) => Int32Array.of(first, home, 0, last));

describe('a segment of the table', () => {
  it('holds what a Map would hold, while it grows, shrinks and is swept', () => {
    const raise = fc.record({ key: keys, life: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(raise, fc.integer({ min: 0, max: 4 })), { maxLength: 150 }), (sequence) => {
        const segment = new TableSegment();
        const model = new Map<string, { key: Int32Array; number: number }>();
        let floor = 0;
        let from = 0;
        for (const [{ key, life }, passed] of sequence) {
          segment.raise(key, floor + life, floor);
          const number = Math.max(model.get(String(key))?.number ?? 0, floor + life);
          model.set(String(key), { key, number });
          floor += passed;
          from = segment.sweep(from, 5, floor);
          const alive = [...model.values()].filter((entry) => entry.number > floor);
          for (const entry of alive) expect(segment.get(entry.key)).toBe(entry.number);
        }
        sweepAll(segment, floor);
        const alive = [...model.values()].filter((entry) => entry.number > floor);
        expect(segment.entries).toBe(alive.length);
        for (const { key, number } of model.values())
          expect(segment.get(key)).toBe(number > floor ? number : undefined);
      }),
      { numRuns: 300 },
    );
  });

  /** Twice: what moved from the end to the beginning while the end was swept is met the second time. */
  function sweepAll(segment: TableSegment, floor: number): void {
    for (let pass = 0; pass < 2; pass++)
      for (let from = segment.sweep(0, 7, floor); from > 0;) from = segment.sweep(from, 7, floor);
  }

  it('never lowers a number, and takes any number', () => {
    const segment = new TableSegment();
    const key = Uint32Array.of(1, 2, 3, 4);
    for (const [number, kept] of [
      [-5, -5],
      [0, 0],
      [-1, 0],
      [Infinity, Infinity],
      [7, Infinity],
    ] as const) {
      segment.raise(key, number, -Infinity);
      expect(segment.get(key)).toBe(kept);
    }
  });
});

describe('the table', () => {
  const LIVES = 20_000;

  it('takes out all that is gone within so many steps, and nothing else', () => {
    const table = new CompactTable();
    for (let index = 0; index < LIVES; index++) table.raise(hashId('a', `${index}`), index % 2 ? 10 : 20, 0);
    expect(table.size).toBe(LIVES);
    for (let step = 0; step < LIVES / 4; step++) table.sweep(10);
    expect(table.size).toBe(LIVES / 2);
    for (let index = 0; index < LIVES; index++)
      expect(table.get(hashId('a', `${index}`))).toBe(index % 2 ? undefined : 20);
    for (let step = 0; step < LIVES / 4; step++) table.sweep(20);
    expect(table.size).toBe(0);
  });

  it('does not grow with what is gone', () => {
    const table = new CompactTable();
    let largest = 0;
    for (let time = 0; time < 100_000; time++) {
      table.raise(hashId('a', `${time}`), time + 1_000, time);
      table.sweep(time);
      if (time % 1_000 === 0) largest = Math.max(largest, table.size);
    }
    expect(largest).toBeLessThan(3_000);
  });
});

describe('the hash of an id', () => {
  const hashOf = (subject: string, id: string) => String(hashId(subject, id));

  it('is of 128 bits, and tells subject and id apart', () => {
    expect(hashId('a', 'b')).toHaveLength(4);
    expect(hashOf('a', 'b')).toBe(hashOf('a', 'b'));
    const pairs = [
      ['a', 'b'],
      ['ab', ''],
      ['', 'ab'],
      ['a:b', 'c'],
      ['a', ':bc'],
      ['1', '1:1'],
      ['11', ':1'],
    ] as const;
    expect(new Set(pairs.map(([subject, id]) => hashOf(subject, id))).size).toBe(pairs.length);
  });
});
