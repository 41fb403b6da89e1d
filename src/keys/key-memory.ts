import { KeyObject } from 'node:crypto';

/** How many keys are remembered for sure, and at most twice as many. */
const GENERATION = 1000;

/**
 * Remembers what was prepared from a key, for callbacks that return its text again and again. Bounded: when a generation
 * is full, what was not asked for since the last one is forgotten.
 */
export class KeyMemory<Prepared> {
  private young = new Map<string, Prepared>();
  private old = new Map<string, Prepared>();
  private readonly objects = new WeakMap<KeyObject, Prepared>();

  constructor(private readonly size = GENERATION) {}

  /** What is remembered of a key; an equal text or equal bytes are the same key. */
  recall(material: unknown): Prepared | undefined {
    if (material instanceof KeyObject) return this.objects.get(material);
    const name = nameOf(material);
    const known = this.young.get(name);
    if (known !== undefined) return known;
    const older = this.old.get(name);
    if (older !== undefined) this.store(name, older);
    return older;
  }

  /** Remembers what was prepared, and returns it. */
  keep(material: unknown, prepared: Prepared): Prepared {
    if (material instanceof KeyObject) this.objects.set(material, prepared);
    else this.store(nameOf(material), prepared);
    return prepared;
  }

  private store(name: string, prepared: Prepared): void {
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(name, prepared);
  }
}

/** A text is its own name, so that the usual case makes nothing new; bytes and JWKs are named apart from it. */
function nameOf(material: unknown): string {
  if (typeof material === 'string') return material;
  if (material instanceof Uint8Array) return `\0${Buffer.from(material).toString('latin1')}`;
  return `\u0001${JSON.stringify(material)}`;
}
