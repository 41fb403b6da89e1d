/**
 * A WeakMap that keeps each value in a private field of its key. V8 walks the entries of an ordinary one with every
 * collection: for a key per request that is a quarter of what a check of HMAC costs, this a hundredth.
 */
export class SlotMap<Key extends object, Value> extends WeakMap<Key, Value> {
  private readonly slots = newSlots<Value>();
  /** Some key could be given no field. */
  private hasOthers = false;

  override get(key: Key): Value | undefined {
    if (this.slots.has(key)) return this.slots.get(key);
    return this.hasOthers ? super.get(key) : undefined;
  }

  override has(key: Key): boolean {
    return this.slots.has(key) || (this.hasOthers && super.has(key));
  }

  override set(key: Key, value: Value): this {
    try {
      this.slots.set(key, value);
    } catch {
      // An engine that lets no field be added to a frozen object.
      super.set(key, value);
      this.hasOthers = true;
    }
    return this;
  }

  /** Never needed here: what has no key any more goes with it. */
  override delete(): never {
    throw new Error('A SlotMap forgets nothing while its key is there.');
  }
}

interface Slots<Value> {
  has(key: object): boolean;
  get(key: object): Value;
  set(key: object, value: Value): void;
}

/** Whatever a constructor returns is what the fields of a class that extends it are added to. */
class Given {
  constructor(key: object) {
    return key;
  }
}

function newSlots<Value>(): Slots<Value> {
  return class Slot extends Given {
    #value: Value;

    constructor(key: object, value: Value) {
      super(key);
      this.#value = value;
    }

    static has(key: object): boolean {
      return #value in key;
    }

    static get(key: object): Value {
      return (key as Slot).#value;
    }

    static set(key: object, value: Value): void {
      if (#value in key) key.#value = value;
      else new Slot(key, value);
    }
  };
}
