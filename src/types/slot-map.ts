/** Reads and writes a private field on the objects of one kind. */
export interface Slot<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
}

/** Returns an existing object. If a constructor returns an object, JavaScript adds the subclass's private fields to it. */
export class ExistingObject {
  constructor(key: object) {
    return key;
  }
}

/**
 * A WeakMap that stores each value in a private field of its key. V8 visits the entries of an ordinary WeakMap in every
 * garbage collection. With one key per request, that costs a quarter of an HMAC check; a private field costs a hundredth.
 * Each map has its own class for its field, because V8 optimises code only for objects of one shape.
 */
export class SlotMap<Key extends object, Value> extends WeakMap<Key, Value> {
  /** Some keys have no field; their values are in the WeakMap. */
  private hasOthers = false;

  constructor(private readonly slot: Slot<Key, Value>) {
    super();
  }

  override get(key: Key): Value | undefined {
    const value = this.slot.get(key);
    return value !== undefined || !this.hasOthers ? value : super.get(key);
  }

  override has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  override set(key: Key, value: Value): this {
    try {
      this.slot.set(key, value);
    } catch {
      // Some engines add no field to a frozen object.
      super.set(key, value);
      this.hasOthers = true;
    }
    return this;
  }

  /** Not supported. The garbage collector frees each value with its key. */
  override delete(): never {
    throw new Error('A SlotMap cannot delete entries.');
  }
}
