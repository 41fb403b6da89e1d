import { createHash, type KeyObject } from 'node:crypto';
import type { VerificationKey } from './verification-key.js';

/** A published public key, without secret parts (RFC 7517 s.4). */
export interface PublicJwk {
  /** `RSA`, `EC` or `OKP`. */
  readonly kty: string;
  /** The name of the key in tokens. Without a name, the thumbprint of the key (RFC 7638). */
  readonly kid: string;
  /** The only algorithm of the key. */
  readonly alg: string;
  /** The key verifies signatures. */
  readonly use: 'sig';
  /** The numbers of the key: `n` and `e`, or `crv`, `x` and `y`. */
  readonly [member: string]: string;
}

/** The members of a public key, in the order of RFC 7638 s.3.2 and RFC 8037 s.2. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** The public keys of a list as JWKs, each once. Secrets are omitted. */
export function publicJwks(keys: readonly VerificationKey[]): readonly PublicJwk[] {
  const jwks = new Map<string, PublicJwk>();
  for (const { key, kid, algorithm } of keys) {
    if (key.type !== 'public') continue;
    const members = publicMembers(key) as { kty: string };
    const jwk: PublicJwk = { ...members, kid: kid ?? thumbprint(key), alg: algorithm, use: 'sig' };
    // A key with several algorithms signs with the first.
    if (!jwks.has(jwk.kid)) jwks.set(jwk.kid, Object.freeze(jwk));
  }
  return Object.freeze([...jwks.values()]);
}

/** The thumbprint of a public key (RFC 7638), in base64url. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicMembers(key)))
    .digest('base64url');
}

/** Copies the known members by name, so that no other member can be published. */
function publicMembers(key: KeyObject): Readonly<Record<string, unknown>> {
  const jwk = key.export({ format: 'jwk' });
  return Object.fromEntries((MEMBERS[jwk.kty ?? ''] ?? []).map((name) => [name, jwk[name]]));
}
