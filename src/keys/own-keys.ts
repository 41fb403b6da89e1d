import { OwnLogger } from '../errors/own-logger.js';
import type { KeyEntry } from '../options/key-entries.js';
import type { KeyMaterialOptions } from '../options/key-settings.js';
import type { Settings } from '../options/settings.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import { indexKeys, type KeyIndex } from './key-index.js';
import { acceptedAlgorithm, algorithmNotAllowed, noKey, type KeySource } from './key-source.js';
import { publicJwks, type PublicJwk } from './public-jwk.js';
import { namedKey, singleKeys, type RingKey } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';
import { hasMember } from '../types/members.js';

const NONE: readonly VerificationKey[] = Object.freeze([]);

/**
 * The application's own keys: one signs, all verify. Stays inside the library, because a secret or private key can be
 * exported from it; applications inject `KeyRing`.
 */
export class OwnKeys implements KeySource {
  /** Whether each key has a name (`kid`): true with the option `keys`. */
  readonly areNamed: boolean;
  readonly #settings: Settings;
  readonly #listeners = new Set<() => unknown>();
  readonly #logger = new OwnLogger();
  #index: KeyIndex;
  #published: readonly PublicJwk[] | null = null;

  constructor(settings: Settings, material: KeyMaterialOptions) {
    this.#settings = settings;
    this.areNamed = hasMember(material, 'entries');
    this.#index = indexKeys(
      hasMember(material, 'entries') ? this.prepareEntries(material.entries) : singleKeys(settings, material),
      nowInSeconds(),
    );
  }

  /** Whether one of the keys signs. */
  get canSign(): boolean {
    return this.#index.signing !== null;
  }

  /** The key of new tokens. @throws TypeError in a service that only verifies. */
  get signingKey(): SigningKey {
    const { signing } = this.#index;
    if (signing !== null) return signing;
    throw new TypeError(
      'This service verifies tokens and cannot create them: ' +
        (this.areNamed ? "none of its keys has use: 'sign'." : 'it has no secret, privateKey or encodeKey.'),
    );
  }

  /** With the option `keys`, the key that the token names in `kid`. Without it, every key of the token's algorithm. */
  keysFor(header: JoseHeader): readonly VerificationKey[] {
    const { algorithms, named, renamed, unnamed } = this.#currentIndex();
    const algorithm = acceptedAlgorithm(header, algorithms);
    const kid = this.areNamed ? ownValue(header, 'kid') : undefined;
    if (kid === undefined) return unnamed.get(algorithm) ?? NONE;
    const keys = named.get(kid);
    if (keys === undefined) throw noKey();
    if (keys[0]?.algorithm === algorithm) return keys;
    const others = renamed.get(kid);
    if (others?.[0]?.algorithm !== algorithm) throw algorithmNotAllowed();
    return others;
  }

  /** All keys that still verify. */
  get current(): readonly RingKey[] {
    return this.#currentIndex().keys;
  }

  /** The public keys as JWKs. It is the same list until a key changes. */
  get published(): readonly PublicJwk[] {
    const { keys } = this.#currentIndex();
    return (this.#published ??= publicJwks(keys.map(({ verification }) => verification)));
  }

  /** Prepares entries of the option `keys`. @throws TypeError for a weak key or a key of another type. */
  prepareEntries(entries: readonly KeyEntry[]): readonly RingKey[] {
    return entries.map((entry) => namedKey(entry, this.#settings.allowWeakSecret));
  }

  /** Replaces all keys. @throws TypeError for two keys with one name; then nothing changes. */
  change(keys: readonly RingKey[]): void {
    this.#index = indexKeys(keys, nowInSeconds());
    this.#published = null;
    for (const listener of this.#listeners) this.#logger.protect('A listener of KeyRing.onChange()', listener);
  }

  /** Calls the listener after every change and after a key expires. Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Removes expired keys instead of skipping them, so that listeners are notified. */
  #currentIndex(): KeyIndex {
    const { nextExpiry } = this.#index;
    if (nextExpiry !== Infinity && nowInSeconds() >= nextExpiry) this.change(this.#index.keys);
    return this.#index;
  }
}

function nowInSeconds(): number {
  return Date.now() / 1000;
}
