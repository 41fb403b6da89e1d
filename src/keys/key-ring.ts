import type { Settings } from '../options/settings.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import { indexKeys, type KeyIndex } from './key-index.js';
import { acceptedAlgorithm, algorithmNotAllowed, noKey, type KeySource } from './key-source.js';
import { publicJwks, type PublicJwk } from './public-jwk.js';
import { namedKey, singleKeys } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';

const NONE: readonly VerificationKey[] = Object.freeze([]);

/** The application's own keys: one signs, all verify. */
export class KeyRing implements KeySource {
  private readonly isNamed: boolean;
  private index: KeyIndex;
  private published: readonly PublicJwk[] | null = null;

  constructor({ keys, ...settings }: Settings) {
    this.isNamed = keys !== null;
    const ring = keys?.map((entry) => namedKey(entry, settings.allowWeakSecret)) ?? singleKeys({ keys, ...settings });
    this.index = indexKeys(ring, nowInSeconds());
  }

  /** The key of new tokens; a `TypeError` where there is none. */
  get signingKey(): SigningKey {
    const { signing } = this.index;
    if (signing !== null) return signing;
    throw new TypeError(
      'This service verifies tokens and cannot make them: ' +
        (this.isNamed ? "none of its keys has use: 'sign'." : 'it has no secret, privateKey or encodeKey.'),
    );
  }

  /** The keys of a token: with the option `keys` the one its `kid` names and never another, else all of its algorithm. */
  keysFor(header: JoseHeader): readonly VerificationKey[] {
    const { algorithms, named, unnamed } = this.currentIndex();
    const algorithm = acceptedAlgorithm(header, algorithms);
    const kid = this.isNamed ? ownValue(header, 'kid') : undefined;
    if (kid === undefined) return unnamed.get(algorithm) ?? NONE;
    const keys = named.get(kid);
    if (keys === undefined) throw noKey();
    if (keys[0]?.algorithm !== algorithm) throw algorithmNotAllowed();
    return keys;
  }

  /** The public keys, retired ones included, for others to verify tokens with; secrets are never among them. */
  publicKeys(): readonly PublicJwk[] {
    const { keys } = this.currentIndex();
    return (this.published ??= publicJwks(keys.map(({ verification }) => verification)));
  }

  /** Without the keys whose time is over: they are gone, not only passed over. */
  private currentIndex(): KeyIndex {
    const now = nowInSeconds();
    if (now >= this.index.nextExpiry) {
      this.index = indexKeys(this.index.keys, now);
      this.published = null;
    }
    return this.index;
  }
}

function nowInSeconds(): number {
  return Date.now() / 1000;
}
