import type { KeyObject } from 'node:crypto';
import type { BoundClaims } from '../options/key-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';

/** The settings for the checks of claims. */
export type ClaimRules = Pick<
  Settings,
  'leeway' | 'issuer' | 'audience' | 'verifySubject' | 'identityClaim' | 'requiredClaims'
>;

/** A verification key. The cache compares these objects by identity, so the same object must always be the same key. */
export interface VerificationKey {
  /** The name of the key, or `null`. */
  readonly kid: string | null;
  /** The only algorithm of the key. */
  readonly algorithm: JwtAlgorithm;
  /** A secret or a public key. */
  readonly key: KeyObject;
  /** The NumericDate from which its source does not use it. `null` if it never expires. */
  readonly notAfter: number | null;
  /** Whether this application signs with the key. `false` for the key of an identity provider. */
  readonly own: boolean;
  /** The rules for the claims of its tokens. `null` for the options. */
  readonly rules: ClaimRules | null;
  /** The required claims and values of its tokens. `null` if there are none. */
  readonly claims: BoundClaims | null;
}

/** The key that signs a new token. */
export interface SigningKey {
  /** The `kid` in the header. `null` if the header has none. */
  readonly kid: string | null;
  readonly algorithm: JwtAlgorithm;
  /** A secret or a private key. */
  readonly key: KeyObject;
}

/** Our own key. Its tokens must meet the options, and the claims of the key. */
export function ownKey(
  algorithm: JwtAlgorithm,
  key: KeyObject,
  { kid = null, notAfter = null, claims = null }: Partial<Pick<VerificationKey, 'kid' | 'notAfter' | 'claims'>> = {},
): VerificationKey {
  return Object.freeze({ kid, algorithm, key, notAfter, own: true, rules: null, claims });
}
