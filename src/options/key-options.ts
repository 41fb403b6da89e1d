import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from '../types/algorithms.js';
import type { OptionSection } from './option-section.js';

/**
 * A key: text or bytes (a secret, PEM, DER, or a JWK as JSON), a JWK (RFC 7517), or a `KeyObject`. A JWK of an HMAC secret has
 * `kty: 'oct'`.
 */
export type KeyMaterial = string | Uint8Array | KeyObject | JsonWebKey;

/**
 * An entry of the option `keys`.
 *
 * @example { kid: '2026-07', key: process.env.JWT_KEY ?? '', algorithm: 'EdDSA', use: 'sign' }
 */
export interface KeyOptions {
  /**
   * The name of the key in the header `kid` of tokens (RFC 7515 s.4.1.4). `null`: the key of tokens without `kid`. A secret
   * needs a name.
   * @default the `kid` of the JWK, else the thumbprint of the public key (RFC 7638)
   */
  kid?: string | null | undefined;
  /** The secret, the private key (which also verifies), or with `use: 'verify'` the public key. */
  key: KeyMaterial;
  /** The only algorithm of the key. */
  algorithm: JwtAlgorithm;
  /** `'sign'` for the one key that signs new tokens, else `'verify'`. */
  use: 'sign' | 'verify';
  /**
   * When the key stops verifying: a `Date`, or seconds since 1970.
   * @default never
   */
  notAfter?: Date | number | undefined;
}

/** Claims that belong to a key, such as `{ tenant: 'acme' }`. */
export type BoundClaims = Readonly<Record<string, string | number | boolean>>;

/** What `decodeKey` may return: a key, and the tokens it is for. */
export interface DecodeKeyChoice {
  /** The secret or public key. */
  key: KeyMaterial;
  /**
   * The only algorithm of the key.
   * @default each of `algorithm` and `decodeAlgorithms` that fits the key
   */
  algorithm?: JwtAlgorithm | undefined;
  /** Claims that a token of this key must have, such as its tenant. Other tokens are refused with 422. */
  claims?: BoundClaims | undefined;
}

/** What `encodeKey` may return: a key, and what goes into tokens that it signs. */
export interface EncodeKeyChoice {
  /** The secret or private key. */
  key: KeyMaterial;
  /**
   * The algorithm of the key.
   * @default the option `algorithm`
   */
  algorithm?: JwtAlgorithm | undefined;
  /** Claims of the new token. A call that sets one of them to another value is a `TypeError`. */
  claims?: BoundClaims | undefined;
  /** `kid` in the header of the new token, so that `decodeKey` can find the key. */
  kid?: string | undefined;
}

/** @internal A key as the application passed it. It is checked when it is prepared. */
export function keyMaterial(section: OptionSection, name: string): KeyMaterial {
  return section.raw(name) as KeyMaterial;
}
