import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { JoseHeader } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { acceptedAlgorithm, algorithmNotAllowed, noKey, type KeySource } from './key-source.js';
import { KeyMemory } from './key-memory.js';
import { prepareVerificationKey } from './prepare-key.js';
import { ownKey, type VerificationKey } from './verification-key.js';

type DecodeKey = NonNullable<Settings['callbacks']['decodeKey']>;

/** The keys the callback `decodeKey` chooses, each prepared when it is first seen. */
export class ChosenKeys implements KeySource {
  private readonly memory = new KeyMemory<PreparedChoice>();

  constructor(
    private readonly decodeKey: DecodeKey,
    private readonly settings: Settings,
  ) {}

  keysFor(
    header: JoseHeader,
    payload: Readonly<Record<string, unknown>>,
    request?: HttpRequest,
  ): Awaitable<readonly VerificationKey[]> {
    const answer = this.decodeKey(header, payload, request);
    return isPromise(answer)
      ? Promise.resolve(answer).then((key) => this.choose(key, header))
      : this.choose(answer, header);
  }

  private choose(answer: unknown, header: JoseHeader): readonly VerificationKey[] {
    const algorithm = acceptedAlgorithm(header, this.settings.decodeAlgorithms);
    // The application has no key for such a token.
    if (answer === undefined || answer === null) throw noKey();
    const prepared = this.memory.recall(answer) ?? this.memory.keep(answer, this.prepare(answer));
    const keys = prepared.get(algorithm);
    if (keys === undefined) throw algorithmNotAllowed();
    return keys;
  }

  /**
   * For every accepted algorithm the key is good for: which of them is asked for is the token's choice, and a token must
   * not be able to cause the error of a wrong key. A key that is good for none is a `TypeError`.
   */
  private prepare(material: unknown): PreparedChoice {
    const { decodeAlgorithms, allowWeakSecret } = this.settings;
    const prepared = new Map<string, readonly VerificationKey[]>();
    let fault: unknown;
    for (const algorithm of decodeAlgorithms as ReadonlySet<JwtAlgorithm>) {
      try {
        const key = prepareVerificationKey(material, {
          algorithm,
          allowWeakSecret,
          name: 'The key that decodeKey returned',
        });
        prepared.set(algorithm, Object.freeze([ownKey(algorithm, key)]));
      } catch (error) {
        fault ??= error;
      }
    }
    if (prepared.size === 0) throw fault;
    return prepared;
  }
}

type PreparedChoice = ReadonlyMap<string, readonly VerificationKey[]>;
