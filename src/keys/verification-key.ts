import type { KeyObject } from 'node:crypto';
import type { BoundClaims } from '../options/key-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { membersOf } from '../types/members.js';

/** The settings that the check of claims reads. */
export type ClaimRules = Pick<
  Settings,
  'leeway' | 'issuer' | 'audience' | 'verifySubject' | 'identityClaim' | 'requiredClaims'
> & {
  /** Only of an identity provider: for how many seconds after its `auth_time` a token is fresh; `null`: never. */
  readonly freshFor?: number | null;
};

/** A key that verifies tokens. The same object is the same key: the cache of verified tokens compares by identity. */
export interface VerificationKey {
  /** Its name; `null`: it has none. */
  readonly kid: string | null;
  /** Its only algorithm. */
  readonly algorithm: JwtAlgorithm;
  /** A secret or a public key. */
  readonly key: KeyObject;
  /** NumericDate at which it stops verifying; `null`: never. */
  readonly notAfter: number | null;
  /** Whether it is a key of this application, and not of an identity provider. */
  readonly own: boolean;
  /** The rules for the claims of its tokens; `null`: the options. */
  readonly rules: ClaimRules | null;
  /** Claims that its tokens must have; `null`: none. */
  readonly claims: BoundClaims | null;
}

/** A key that signs new tokens. */
export interface SigningKey {
  /** `kid` in the header; `null`: no such parameter. */
  readonly kid: string | null;
  readonly algorithm: JwtAlgorithm;
  /** A secret or a private key. */
  readonly key: KeyObject;
}

/** A key of this application. The rules for its tokens are those of the options. */
export function ownKey(
  algorithm: JwtAlgorithm,
  key: KeyObject,
  options: Partial<Pick<VerificationKey, 'kid' | 'notAfter' | 'claims'>> = {},
): VerificationKey {
  const { kid = null, notAfter = null, claims = null } = membersOf(options, ['kid', 'notAfter', 'claims']);
  return Object.freeze({ kid, algorithm, key, notAfter, own: true, rules: null, claims });
}
