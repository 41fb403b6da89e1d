import { createHash, type KeyObject } from 'node:crypto';
import type { VerificationKey } from './verification-key.js';

/** A public key as it is published: nothing in it is secret (RFC 7517 s.4). */
export interface PublicJwk {
  /** `RSA`, `EC` or `OKP`. */
  readonly kty: string;
  /** What tokens name it by; its thumbprint (RFC 7638) where it has no name. */
  readonly kid: string;
  /** The one algorithm it is good for. */
  readonly alg: string;
  /** It verifies signatures. */
  readonly use: 'sig';
  /** The numbers of the key: `n` and `e`, or `crv`, `x` and `y`. */
  readonly [member: string]: string;
}

/** The members that make up a public key, in the order of RFC 7638 s.3.2 and RFC 8037 s.2. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** The public keys among these, each once, as they may be shown to everybody; secrets are left out. */
export function publicJwks(keys: readonly VerificationKey[]): readonly PublicJwk[] {
  const jwks = new Map<string, PublicJwk>();
  for (const { key, kid, algorithm } of keys) {
    if (key.type !== 'public') continue;
    const members = publicMembers(key) as { kty: string };
    const jwk: PublicJwk = { ...members, kid: kid ?? thumbprint(key), alg: algorithm, use: 'sig' };
    // A key that is taken for several algorithms signs with the first.
    if (!jwks.has(jwk.kid)) jwks.set(jwk.kid, Object.freeze(jwk));
  }
  return Object.freeze([...jwks.values()]);
}

/** The name a public key has by itself (RFC 7638), in base64url. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicMembers(key)))
    .digest('base64url');
}

/** By name, so that a member nobody thought of cannot get out. */
function publicMembers(key: KeyObject): Readonly<Record<string, unknown>> {
  const jwk = key.export({ format: 'jwk' });
  return Object.fromEntries((MEMBERS[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]]));
}
