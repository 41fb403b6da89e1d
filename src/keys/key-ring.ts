import { toSeconds, type Duration } from '../options/duration.js';
import type { KeyOptions } from '../options/jwt-extended-options.js';
import { readKeyEntries, readKeyEntry } from '../options/key-entries.js';
import type { Settings } from '../options/settings.js';
import { ownValue, type JoseHeader } from '../types/claims.js';
import { carriedOver, rotated } from './key-changes.js';
import { indexKeys, type KeyIndex } from './key-index.js';
import { acceptedAlgorithm, algorithmNotAllowed, noKey, type KeySource } from './key-source.js';
import { publicJwks, type PublicJwk } from './public-jwk.js';
import { namedKey, singleKeys, withNewKey, type RingKey } from './ring-key.js';
import type { SigningKey, VerificationKey } from './verification-key.js';

const NONE: readonly VerificationKey[] = Object.freeze([]);

/** A key that is to sign from now on; without a ring of `keys` it has neither name nor algorithm of its own. */
export type NewKey = Partial<Pick<KeyOptions, 'kid' | 'algorithm'>> & Pick<KeyOptions, 'key'>;

/** What `rotate` can be told. */
export interface RotateOptions {
  /**
   * For how long the key that signed so far still verifies; `0`: no longer, all its tokens are refused at once; `false`: for
   * ever. Default: the longest lifetime of the options plus `leeway`.
   */
  retireAfter?: Duration | false;
}

/** The application's own keys: one signs, all verify. Inject it to change them while the application runs. */
export class KeyRing implements KeySource {
  private readonly isNamed: boolean;
  private readonly listeners = new Set<() => void>();
  private index: KeyIndex;
  private published: readonly PublicJwk[] | null = null;

  constructor(private readonly settings: Settings) {
    const { keys } = settings;
    this.isNamed = keys !== null;
    this.index = indexKeys(keys === null ? singleKeys(settings) : this.namedKeys(keys), nowInSeconds());
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

  /**
   * Puts other keys in the place of all of them, as the option `keys` has them: what is not listed is gone at once. A wrong
   * list is a `TypeError` and changes nothing. Needs the option `keys`.
   */
  replace(keys: readonly KeyOptions[]): void {
    if (!this.isNamed) {
      throw new TypeError('KeyRing.replace() needs the option "keys". A secret or key pair is changed by rotate().');
    }
    this.change(carriedOver(this.index.keys, this.namedKeys(readKeyEntries(keys))));
  }

  /**
   * Signs with a new key from now on; the one that signed so far goes on verifying until its tokens have expired. A key that
   * cannot sign, or whose name another one has, is a `TypeError` and changes nothing. Changes this process only.
   */
  rotate(key: NewKey, { retireAfter }: RotateOptions = {}): void {
    const now = nowInSeconds();
    const lifetime = retireAfter ?? this.longestLifetime();
    const notAfter = lifetime === false ? null : now + toSeconds(lifetime);
    this.change(rotated(this.currentIndex().keys, this.newKeys(key), notAfter));
  }

  /** Calls back after every change, a key whose time is over included; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private newKeys(key: NewKey): readonly RingKey[] {
    if (!this.isNamed) return singleKeys(withNewKey(this.settings, key));
    const fallback = this.index.signing?.algorithm;
    const entry = readKeyEntry({ ...key, use: 'sign' }, 'keys[new]', fallback);
    return [namedKey(entry, this.settings.allowWeakSecret)];
  }

  private namedKeys(entries: NonNullable<Settings['keys']>): readonly RingKey[] {
    return entries.map((entry) => namedKey(entry, this.settings.allowWeakSecret));
  }

  private longestLifetime(): number | false {
    const { accessTokenExpires, refreshTokenExpires, leeway } = this.settings;
    if (accessTokenExpires === null || refreshTokenExpires === null) return false;
    return Math.max(accessTokenExpires, refreshTokenExpires) + leeway;
  }

  /** Without the keys whose time is over: they are gone, not only passed over. */
  private currentIndex(): KeyIndex {
    const { nextExpiry } = this.index;
    if (nextExpiry !== Infinity && nowInSeconds() >= nextExpiry) this.change(this.index.keys);
    return this.index;
  }

  private change(keys: readonly RingKey[]): void {
    this.index = indexKeys(keys, nowInSeconds());
    this.published = null;
    for (const listener of this.listeners) listener();
  }
}

function nowInSeconds(): number {
  return Date.now() / 1000;
}
