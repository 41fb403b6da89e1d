import { KeyObject } from 'node:crypto';

/** How many keys are remembered for sure, and at most twice as many. */
const GENERATION = 1000;

/** Remembers what was prepared from a key, for callbacks that return it again and again. Bounded. */
export class KeyMemory<Prepared> {
  private readonly texts: Generations<Prepared>;
  private readonly others: Generations<Prepared>;
  private readonly objects = new WeakMap<KeyObject, Prepared>();

  constructor(size = GENERATION) {
    this.texts = new Generations(size);
    this.others = new Generations(size);
  }

  /** What is remembered of a key; an equal text, equal bytes or an equal JWK are the same key. */
  recall(material: unknown): Prepared | undefined {
    if (typeof material === 'string') return this.texts.get(material);
    return material instanceof KeyObject ? this.objects.get(material) : this.others.get(nameOf(material));
  }

  /** Remembers what was prepared, and returns it. */
  keep(material: unknown, prepared: Prepared): Prepared {
    if (typeof material === 'string') this.texts.set(material, prepared);
    else if (material instanceof KeyObject) this.objects.set(material, prepared);
    else this.others.set(nameOf(material), prepared);
    return prepared;
  }
}

/** Two maps, so that a look-up is one: when the younger is full, what was not asked for since the last time is forgotten. */
class Generations<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly size: number) {}

  get(name: string): Value | undefined {
    const known = this.young.get(name);
    if (known !== undefined) return known;
    const older = this.old.get(name);
    if (older !== undefined) this.set(name, older);
    return older;
  }

  set(name: string, value: Value): void {
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(name, value);
  }
}

function nameOf(material: unknown): string {
  if (material instanceof Uint8Array) return `bytes ${Buffer.from(material).toString('latin1')}`;
  return `JWK ${JSON.stringify(material)}`;
}
