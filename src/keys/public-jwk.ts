import { createHash, type KeyObject } from 'node:crypto';
import { PUBLIC_MEMBERS } from './jwk-members.js';
import type { VerificationKey } from './verification-key.js';

/** A public key as it is published (RFC 7517 s.4). It holds nothing secret. */
export interface PublicJwk {
  /** `RSA`, `EC` or `OKP`. */
  readonly kty: string;
  /** Its name in the `kid` of tokens; without a name, its thumbprint (RFC 7638). */
  readonly kid: string;
  /** Its only algorithm. */
  readonly alg: string;
  /** `sig`: it verifies signatures. */
  readonly use: 'sig';
  /** The numbers of the key: `n` and `e`, or `crv`, `x` and `y`. */
  readonly [member: string]: string;
}

/** @internal The public keys among these keys, each once, as JWKs. Secrets are left out. */
export function publicJwks(keys: readonly VerificationKey[]): readonly PublicJwk[] {
  const jwks = new Map<string, PublicJwk>();
  for (const { key, kid, algorithm } of keys) {
    if (key.type !== 'public') continue;
    const members = publicMembers(key) as { kty: string };
    const jwk: PublicJwk = { ...members, kid: kid ?? thumbprint(key), alg: algorithm, use: 'sig' };
    // The first algorithm of a key is the one that it signs with.
    if (!jwks.has(jwk.kid)) jwks.set(jwk.kid, Object.freeze(jwk));
  }
  return Object.freeze([...jwks.values()]);
}

/** @internal The thumbprint of a public key (RFC 7638), in base64url. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicMembers(key)))
    .digest('base64url');
}

/** Only members of the list are copied, so that no private member can be published. */
function publicMembers(key: KeyObject): Readonly<Record<string, unknown>> {
  const jwk = key.export({ format: 'jwk' });
  return Object.fromEntries((PUBLIC_MEMBERS[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]]));
}
