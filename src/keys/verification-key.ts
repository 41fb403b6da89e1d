import type { KeyObject } from 'node:crypto';
import type { BoundClaims } from '../options/key-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';

/** The settings that claims are held against. */
export type ClaimRules = Pick<
  Settings,
  'leeway' | 'issuer' | 'audience' | 'verifySubject' | 'identityClaim' | 'requiredClaims'
>;

/** A key tokens are verified with. The object's identity stands for the key: the same object is the same key still. */
export interface VerificationKey {
  /** Its name; `null` where it has none. */
  readonly kid: string | null;
  /** The one algorithm it is good for. */
  readonly algorithm: JwtAlgorithm;
  /** A secret or a public key. */
  readonly key: KeyObject;
  /** NumericDate from which on its source does not choose it any more; `null`: never. */
  readonly notAfter: number | null;
  /** Whether tokens of this application are signed with it, rather than those of an identity provider. */
  readonly own: boolean;
  /** What its tokens' claims are held against; `null`: the options. */
  readonly rules: ClaimRules | null;
  /** Claims its tokens have to have with these values; `null`: any. */
  readonly claims: BoundClaims | null;
}

/** The key a new token is signed with. */
export interface SigningKey {
  /** What goes into the header; `null`: nothing. */
  readonly kid: string | null;
  readonly algorithm: JwtAlgorithm;
  /** A secret or a private key. */
  readonly key: KeyObject;
}

/** A key of ours, with nothing asked of its tokens beyond the options. */
export function ownKey(
  algorithm: JwtAlgorithm,
  key: KeyObject,
  { kid = null, notAfter = null, claims = null }: Partial<Pick<VerificationKey, 'kid' | 'notAfter' | 'claims'>> = {},
): VerificationKey {
  return Object.freeze({ kid, algorithm, key, notAfter, own: true, rules: null, claims });
}
