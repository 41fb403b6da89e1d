import type { BoundClaims } from '../options/key-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { readEncodingKey } from './key-choice.js';
import { KeyMemory } from './key-memory.js';
import { prepareSigningKey, type PreparedPair } from './prepare-key.js';
import type { SigningKey } from './verification-key.js';

/** A key that the callback `encodeKey` returned, and the claims of the tokens that it signs. */
export interface ChosenSigningKey extends SigningKey {
  /** `null`: none. */
  readonly claims: BoundClaims | null;
}

/** The keys that the callback `encodeKey` returns. Each is prepared once. */
export class ChosenSigningKeys {
  private readonly prepared = new Map<JwtAlgorithm, KeyMemory<PreparedPair>>();

  constructor(private readonly settings: Settings) {}

  /** Reads what the callback returned. A key that cannot sign is a `TypeError`. */
  choose(answer: unknown): ChosenSigningKey {
    const { key: material, algorithm: named, kid, claims } = readEncodingKey(answer);
    const algorithm = named ?? this.settings.algorithm;
    const memory = this.prepared.get(algorithm) ?? new KeyMemory<PreparedPair>();
    this.prepared.set(algorithm, memory);
    const { signing } = memory.recall(material) ?? memory.store(material, this.prepare(material, algorithm));
    return { kid, algorithm, key: signing, claims };
  }

  private prepare(material: unknown, algorithm: JwtAlgorithm): PreparedPair {
    const { allowWeakSecret } = this.settings;
    return prepareSigningKey(material, { algorithm, allowWeakSecret, name: 'The key that encodeKey returned' });
  }
}
