import type { Duration } from '../options/duration.js';
import type { KeyOptions } from '../options/key-options.js';
import type { PublicJwk } from './public-jwk.js';

/** A key that signs from now on. `kid` and `algorithm` are allowed with the option `keys` only. */
export type NewKey = Partial<Pick<KeyOptions, 'kid' | 'algorithm'>> & Pick<KeyOptions, 'key'>;

/** Options of `KeyRing.rotate()`. */
export interface RotateOptions {
  /**
   * How long the previous signing key still verifies. With `0` its tokens are refused from the next request on. With `false`
   * it verifies without end.
   * @default the longer of `accessTokenExpires` and `refreshTokenExpires`, plus `leeway`
   */
  retireAfter?: Duration | false | undefined;
}

/**
 * The application's own keys: one signs, all verify. Inject it to publish the public keys, or to change the keys while the
 * application runs. It hands out no secret and no private key.
 */
export abstract class KeyRing {
  /** The public keys, retired keys included, as JWKs (RFC 7517 s.4). A secret is never among them. */
  abstract publicKeys(): readonly PublicJwk[];

  /**
   * Replaces all keys by a list like the option `keys`. A key that is not in the list is removed at once. This changes only
   * this process.
   * @throws TypeError when the list is wrong, or without the option `keys`; then nothing changes.
   */
  abstract replace(keys: readonly KeyOptions[]): void;

  /**
   * Signs with a new key from now on. The previous signing key verifies until its tokens have expired. This changes only this
   * process.
   * @throws TypeError when the key cannot sign, or when another key has its `kid`; then nothing changes.
   * @example keyRing.rotate({ kid: '2026-07', key: newSecret })
   */
  abstract rotate(key: NewKey, options?: RotateOptions): void;

  /** Calls the listener after every change and after a key expires. Returns a function that removes the listener. An error of the listener is logged. */
  abstract onChange(listener: () => void): () => void;
}
