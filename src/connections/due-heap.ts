/** An object that is due at a time. The heap writes both properties. */
export interface DueItem {
  /** The time, in milliseconds of the clock of its heap. */
  dueAt: number;
  /** The index in the heap; -1 outside of it. */
  heapIndex: number;
}

/** A binary heap: finds the item that is due first, and moves or removes each item in O(log n). */
export class DueHeap<Item extends DueItem> {
  private readonly items: Item[] = [];

  get size(): number {
    return this.items.length;
  }

  /** The time at which the first item is due. `Infinity` for an empty heap. */
  get nextAt(): number {
    return this.items[0]?.dueAt ?? Infinity;
  }

  /** Adds an item, or moves it to another time. */
  put(item: Item, dueAt: number): void {
    item.dueAt = dueAt;
    if (item.heapIndex < 0) {
      item.heapIndex = this.items.length;
      this.items.push(item);
    }
    this.settle(item);
  }

  /** Removes an item. Does nothing if the heap does not have it. */
  remove(item: Item): void {
    const { heapIndex } = item;
    if (heapIndex < 0) return;
    const last = this.items.pop() as Item;
    item.heapIndex = -1;
    if (last === item) return;
    this.place(last, heapIndex);
    this.settle(last);
  }

  /** Removes and returns the first item if it is due at `now`. */
  takeDue(now: number): Item | null {
    const [first] = this.items;
    if (first === undefined || first.dueAt > now) return null;
    this.remove(first);
    return first;
  }

  private settle(item: Item): void {
    this.rise(item);
    this.sink(item);
  }

  private rise(item: Item): void {
    while (item.heapIndex > 0) {
      const parent = this.items[(item.heapIndex - 1) >> 1] as Item;
      if (parent.dueAt <= item.dueAt) return;
      this.swap(item, parent);
    }
  }

  private sink(item: Item): void {
    for (;;) {
      const left = this.items[2 * item.heapIndex + 1];
      const right = this.items[2 * item.heapIndex + 2];
      const child = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= item.dueAt) return;
      this.swap(item, child);
    }
  }

  private swap(one: Item, other: Item): void {
    const { heapIndex } = one;
    this.place(one, other.heapIndex);
    this.place(other, heapIndex);
  }

  private place(item: Item, index: number): void {
    item.heapIndex = index;
    this.items[index] = item;
  }
}
