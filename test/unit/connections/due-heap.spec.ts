import fc from 'fast-check';
import { DueHeap, type DueItem } from '../../../src/connections/due-heap.js';

class Item implements DueItem {
  dueAt = Infinity;
  heapIndex = -1;
}

type Step = { put: number; at: number } | { remove: number } | { takeUntil: number };

const index = fc.nat(19);
const at = fc.oneof(fc.nat(50), fc.double({ min: -1e9, max: 1e15, noNaN: true }), fc.constant(Infinity));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ put: index, at }),
  fc.record({ remove: index }),
  fc.record({ takeUntil: at }),
);

describe('The heap of what is due', () => {
  it('agrees with a sorted list after any puts, moves and removals', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new DueHeap<Item>();
        const items = Array.from({ length: 20 }, () => new Item());
        const model = new Map<Item, number>();
        const earliest = () => Math.min(Infinity, ...model.values());
        for (const each of steps) {
          if ('put' in each) {
            heap.put(items[each.put] as Item, each.at);
            model.set(items[each.put] as Item, each.at);
          } else if ('remove' in each) {
            heap.remove(items[each.remove] as Item);
            model.delete(items[each.remove] as Item);
          } else {
            const taken = heap.takeDue(each.takeUntil);
            if (earliest() > each.takeUntil || model.size === 0) expect(taken).toBeNull();
            else expect(model.get(taken as Item)).toBe(earliest());
            if (taken !== null) model.delete(taken);
          }
          expect(heap.size).toBe(model.size);
          expect(heap.nextAt).toBe(earliest());
        }
        const rest = Array.from({ length: heap.size }, () => heap.takeDue(Infinity)?.dueAt);
        expect(rest).toEqual([...model.values()].sort((one, other) => one - other));
        expect(items.every(({ heapIndex }) => heapIndex === -1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('holds 10,000 items, and gives them back in order', () => {
    const heap = new DueHeap<Item>();
    for (let number = 0; number < 10_000; number++) heap.put(new Item(), (number * 7919) % 10_007);
    let before = -1;
    for (let item = heap.takeDue(1e9); item !== null; item = heap.takeDue(1e9)) {
      expect(item.dueAt).toBeGreaterThanOrEqual(before);
      before = item.dueAt;
    }
    expect(heap.size).toBe(0);
  });
});
