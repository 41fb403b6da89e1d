import fc from 'fast-check';
import { denialKey, quickHash } from '../../../src/stores/memory/denial-key.js';
import { DenialTable } from '../../../src/stores/memory/denial-table.js';
import { TableSegment } from '../../../src/stores/memory/table-segment.js';

/** The first word chooses the slot. There are few slots, at both ends of the table, so that keys compete for them. */
const keys = fc
  .tuple(fc.constantFrom(0, 1, 6, 7, 14, 15, -1), fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1))
  .map(([quick, second, last]) => Int32Array.of(quick, second, 0, last));

describe('a segment of the table', () => {
  it('has the same entries as a Map while it grows, shrinks and is swept', () => {
    const raise = fc.record({ key: keys, life: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(raise, fc.integer({ min: 0, max: 4 })), { maxLength: 150 }), (sequence) => {
        const segment = new TableSegment();
        const model = new Map<string, { key: Int32Array; time: number }>();
        let now = 0;
        let from = 0;
        for (const [{ key, life }, passed] of sequence) {
          segment.raise(key, now + life, now);
          const time = Math.max(model.get(String(key))?.time ?? 0, now + life);
          model.set(String(key), { key, time });
          now += passed;
          from = segment.sweep(from, 5, now);
          for (const entry of model.values()) if (entry.time > now) expectEntry(segment, entry);
        }
        sweepAll(segment, now);
        const current = [...model.values()].filter((entry) => entry.time > now);
        expect(segment.entries).toBe(current.length);
        for (const { key, time } of model.values()) expect(segment.get(key)).toBe(time > now ? time : undefined);
      }),
      { numRuns: 300 },
    );
  });

  function expectEntry(segment: TableSegment, { key, time }: { key: Int32Array; time: number }): void {
    expect(segment.get(key)).toBe(time);
    expect(segment.mayContain(key[0] as number)).toBe(true);
  }

  /** Sweeps twice: the second sweep finds an entry that the first one has moved from the end to the beginning. */
  function sweepAll(segment: TableSegment, now: number): void {
    for (let pass = 0; pass < 2; pass++)
      for (let from = segment.sweep(0, 7, now); from > 0;) from = segment.sweep(from, 7, now);
  }

  it('has no entry for a quick hash that was never added', () => {
    const segment = new TableSegment();
    for (const quick of [0, 8, 16]) segment.raise([quick, 1, 2, 3], 10, 0);
    expect([0, 8, 16, 24, 1, -8].map((quick) => segment.mayContain(quick))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(segment.get([8, 1, 2, 4])).toBeUndefined();
  });

  it('never lowers a time, and accepts any number', () => {
    const segment = new TableSegment();
    const key = [1, 2, 3, 4];
    for (const [time, expected] of [
      [-5, -5],
      [0, 0],
      [-1, 0],
      [Infinity, Infinity],
      [7, Infinity],
    ] as const) {
      segment.raise(key, time, -Infinity);
      expect(segment.get(key)).toBe(expected);
    }
  });
});

describe('the table of denied ids', () => {
  const ENTRIES = 20_000;

  it('removes the expired entries within a bounded number of steps, and no others', () => {
    const table = new DenialTable();
    for (let index = 0; index < ENTRIES; index++) table.deny('a', `${index}`, index % 2 ? 10 : 20, 0);
    expect(table.size).toBe(ENTRIES);
    for (let step = 0; step < ENTRIES / 4; step++) table.sweep(10);
    expect(table.size).toBe(ENTRIES / 2);
    for (let index = 0; index < ENTRIES; index++) expect(table.get('a', `${index}`)).toBe(index % 2 ? undefined : 20);
    for (let step = 0; step < ENTRIES / 4; step++) table.sweep(20);
    expect(table.size).toBe(0);
  });

  it('does not grow while as many entries expire as are added', () => {
    const table = new DenialTable();
    let largest = 0;
    for (let now = 0; now < 100_000; now++) {
      table.deny('a', `${now}`, now + 1_000, now);
      table.sweep(now);
      if (now % 1_000 === 0) largest = Math.max(largest, table.size);
    }
    expect(largest).toBeLessThan(3_000);
  });

  it('distinguishes the subjects of one jti', () => {
    const table = new DenialTable();
    table.deny('a', 'jti', 10, 0);
    table.deny('b', 'jti', 20, 0);
    expect(['a', 'b', 'c'].map((subject) => table.get(subject, 'jti'))).toEqual([10, 20, undefined]);
  });
});

describe('the key of a denied id', () => {
  it('has 128 bits, and distinguishes subject and id', () => {
    expect(denialKey('a', 'b')).toHaveLength(4);
    expect(denialKey('a', 'b')).toEqual(denialKey('a', 'b'));
    const pairs = [
      ['a', 'b'],
      ['ab', ''],
      ['', 'ab'],
      ['a:b', 'c'],
      ['a', ':bc'],
      ['1', '1:1'],
      ['11', ':1'],
    ] as const;
    const secure = pairs.map(([subject, id]) => String(Array.from(denialKey(subject, id)).slice(1)));
    expect(new Set(secure).size).toBe(pairs.length);
  });

  it('begins with a quick hash that spreads ids which differ in one character', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `00000000-0000-4000-8000-${index}`);
    expect(new Set(ids.map(quickHash)).size).toBe(ids.length);
    for (const bits of [(hash: number) => hash >>> 22, (hash: number) => hash & 1023]) {
      const counts = new Map<number, number>();
      for (const id of ids) counts.set(bits(quickHash(id)), (counts.get(bits(quickHash(id))) ?? 0) + 1);
      expect(counts.size).toBeGreaterThan(1_000);
      expect(Math.max(...counts.values())).toBeLessThan(40);
    }
  });
});
