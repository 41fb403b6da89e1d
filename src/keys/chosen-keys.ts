import type { Settings } from '../options/settings.js';
import { namesOf, type JwtAlgorithm } from '../types/algorithms.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { readDecodingKey, type DecodingKey } from './key-choice.js';
import { KeyMemory } from './key-memory.js';
import { acceptedAlgorithm, noKey, type KeySource, type LazyClaims } from './key-source.js';
import { prepareVerificationKey } from './prepare-key.js';
import { ownKey, type VerificationKey } from './verification-key.js';

type DecodeKey = NonNullable<Settings['callbacks']['decodeKey']>;

/** A key that the callback returned, prepared for each algorithm that fits it. */
interface Prepared {
  readonly id: number;
  readonly keys: ReadonlyMap<string, readonly VerificationKey[]>;
}

/** The keys that the callback `decodeKey` returns. Each is prepared once. */
export class ChosenKeys implements KeySource {
  /** By the algorithm that the callback returned; under `null` the keys without one. */
  private readonly prepared = new Map<JwtAlgorithm | null, KeyMemory<Prepared>>();
  private readonly bound = new KeyMemory<readonly VerificationKey[]>();
  private lastId = 0;

  constructor(
    private readonly decodeKey: DecodeKey,
    private readonly settings: Settings,
  ) {}

  keysFor(header: JoseHeader, payload: LazyClaims, request?: HttpRequest): Awaitable<readonly VerificationKey[]> {
    const answer = this.decodeKey(header, payload.value, request);
    if (!isPromise(answer)) return this.choose(answer, header);
    return Promise.resolve(answer).then((key) => this.choose(key, header));
  }

  private choose(answer: unknown, header: JoseHeader): readonly VerificationKey[] {
    if (answer === undefined || answer === null) {
      acceptedAlgorithm(header, this.settings.decodeAlgorithms);
      throw noKey();
    }
    const choice = readDecodingKey(answer);
    const { id, keys } = this.preparedOf(choice);
    const algorithm = acceptedAlgorithm(header, keys);
    const chosen = keys.get(algorithm) as readonly VerificationKey[];
    if (choice.claims === null) return chosen;
    const name = `${id} ${algorithm} ${JSON.stringify(choice.claims)}`;
    return this.bound.recall(name) ?? this.bound.store(name, bindTo(chosen, choice));
  }

  private preparedOf(choice: DecodingKey): Prepared {
    const { key: material, algorithm } = choice;
    const memory = this.prepared.get(algorithm) ?? new KeyMemory<Prepared>();
    this.prepared.set(algorithm, memory);
    return memory.recall(material) ?? memory.store(material, { id: ++this.lastId, keys: this.prepare(choice) });
  }

  /**
   * Prepares a key for every accepted algorithm that fits it. The token chooses the algorithm, so an algorithm that does not
   * fit must not be an error of the application. A key that fits none is a `TypeError`.
   */
  private prepare({ key: material, algorithm: named }: DecodingKey): Prepared['keys'] {
    const { decodeAlgorithms, allowWeakSecret } = this.settings;
    const prepared = new Map<string, readonly VerificationKey[]>();
    let firstError: unknown;
    for (const algorithm of named === null ? (decodeAlgorithms as ReadonlySet<JwtAlgorithm>) : namesOf(named)) {
      const preparation = { algorithm, allowWeakSecret, name: 'The key that decodeKey returned' };
      try {
        prepared.set(algorithm, Object.freeze([ownKey(algorithm, prepareVerificationKey(material, preparation))]));
      } catch (error) {
        firstError ??= error;
      }
    }
    if (prepared.size === 0) throw firstError;
    return prepared;
  }
}

function bindTo(keys: readonly VerificationKey[], { claims }: DecodingKey): readonly VerificationKey[] {
  return Object.freeze(keys.map(({ algorithm, key }) => ownKey(algorithm, key, { claims })));
}
