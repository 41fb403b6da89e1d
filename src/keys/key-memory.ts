import { isUint8Array } from 'node:util/types';
import { KeyObject } from 'node:crypto';

/** The size of one generation. The cache has at most twice as many keys. */
const GENERATION = 1000;

/**
 * A bounded cache of prepared keys, for callbacks that return the same key again. The fields are private at run time too,
 * because they contain keys as text, which printing an object must not show.
 */
export class KeyMemory<Prepared> {
  readonly #texts: Generations<Prepared>;
  readonly #others: Generations<Prepared>;
  readonly #objects = new WeakMap<KeyObject, Prepared>();

  constructor(size = GENERATION) {
    this.#texts = new Generations(size);
    this.#others = new Generations(size);
  }

  /** The prepared key in the cache. Equal strings, equal bytes and equal JWKs are the same key. */
  recall(material: unknown): Prepared | undefined {
    if (typeof material === 'string') return this.#texts.get(material);
    return material instanceof KeyObject ? this.#objects.get(material) : this.#others.get(nameOf(material));
  }

  /** Stores a prepared key and returns it. */
  store(material: unknown, prepared: Prepared): Prepared {
    if (typeof material === 'string') this.#texts.set(material, prepared);
    else if (material instanceof KeyObject) this.#objects.set(material, prepared);
    else this.#others.set(nameOf(material), prepared);
    return prepared;
  }
}

/** A bounded map with two generations. When the young one is full, it becomes the old one, and the old one is dropped. */
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
  if (isUint8Array(material)) return `bytes ${Buffer.from(material).toString('latin1')}`;
  return `JWK ${JSON.stringify(material)}`;
}
