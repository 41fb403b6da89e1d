import { callOptions } from '../options/call-options.js';
import { toSeconds } from '../options/duration.js';
import type { KeyOptions } from '../options/key-options.js';
import { readKeyEntries, readKeyEntry } from '../options/key-entries.js';
import type { Settings } from '../options/settings.js';
import { carriedOver, rotated } from './key-changes.js';
import { KeyRing, type NewKey, type RotateOptions } from './key-ring.js';
import type { OwnKeys } from './own-keys.js';
import type { PublicJwk } from './public-jwk.js';
import { newSingleKeys, type RingKey } from './ring-key.js';

const readNewKey = callOptions<NewKey>('KeyRing.rotate', { kid: true, algorithm: true, key: true });
const readRotateOptions = callOptions<RotateOptions>('KeyRing.rotate', { retireAfter: true });

/** The `KeyRing` that applications inject. Its fields are private at run time too, because they refer to secrets. */
export class OwnKeyRing extends KeyRing {
  readonly #settings: Settings;
  readonly #keys: OwnKeys;

  constructor(settings: Settings, keys: OwnKeys) {
    super();
    this.#settings = settings;
    this.#keys = keys;
  }

  publicKeys(): readonly PublicJwk[] {
    return this.#keys.published;
  }

  replace(keys: readonly KeyOptions[]): void {
    if (!this.#keys.areNamed) {
      throw new TypeError('KeyRing.replace() needs the option "keys". To change a secret or key pair, call rotate().');
    }
    this.#keys.change(carriedOver(this.#keys.current, this.#keys.prepareEntries(readKeyEntries(keys))));
  }

  rotate(key: NewKey, options?: RotateOptions): void {
    const { retireAfter = this.#longestLifetime() } = readRotateOptions(options);
    const notAfter = retireAfter === false ? null : Date.now() / 1000 + toSeconds(retireAfter);
    this.#keys.change(rotated(this.#keys.current, this.#prepare(key), notAfter));
  }

  onChange(listener: () => void): () => void {
    return this.#keys.onChange(listener);
  }

  #prepare(key: NewKey): readonly RingKey[] {
    if (!this.#keys.areNamed) return newSingleKeys(this.#settings, readNewKey(key));
    const algorithm = this.#keys.current.find(({ signing }) => signing !== null)?.verification.algorithm;
    return this.#keys.prepareEntries([readKeyEntry({ algorithm, ...key, use: 'sign' }, 'keys[new]')]);
  }

  /** In seconds. `false` if some tokens never expire. */
  #longestLifetime(): number | false {
    const { accessTokenExpires, refreshTokenExpires, leeway } = this.#settings;
    if (accessTokenExpires === null || refreshTokenExpires === null) return false;
    return Math.max(accessTokenExpires, refreshTokenExpires) + leeway;
  }
}
