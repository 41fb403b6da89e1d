import { constants, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from 'nestjs-jwt-extended';
import { base64url, nowInSeconds } from './forge.js';
import { privateKeyFor } from './key-pairs.js';

/** A key of an identity provider, with its name and its `alg`. */
export interface ProviderKey {
  readonly kid?: string;
  readonly algorithm: JwtAlgorithm;
  readonly key: KeyObject;
}

/** The key pair for a name and an algorithm. */
export function providerKey(kid: string, algorithm: JwtAlgorithm = 'ES256'): ProviderKey {
  return { kid, algorithm, key: privateKeyFor(algorithm, kid) };
}

/** The entry of a key in a JWK Set. `members` replace its own members, and `undefined` removes one. */
export function published({ kid, algorithm, key }: ProviderKey, members: object = {}): Record<string, unknown> {
  return { ...createPublicKey(key).export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig', ...members };
}

/** A JWK Set. */
export function jwks(...keys: readonly (ProviderKey | object)[]): { keys: unknown[] } {
  return { keys: keys.map((key) => ('algorithm' in key ? published(key) : key)) };
}

/** A token of the provider for alice, signed without the library. */
export function foreignToken({ kid, algorithm, key }: ProviderKey, claims: object = {}, header: object = {}): string {
  const now = nowInSeconds();
  const all = { sub: 'alice', iat: now, exp: now + 600, ...claims };
  const input = [{ alg: algorithm, typ: 'JWT', kid, ...header }, all]
    .map((part) => base64url(JSON.stringify(part)))
    .join('.');
  return `${input}.${signature(algorithm, input, key).toString('base64url')}`;
}

function signature(algorithm: JwtAlgorithm, input: string, key: KeyObject): Buffer {
  const bytes = Buffer.from(input);
  const hash = `sha${algorithm.slice(2, 5)}`;
  if (algorithm === 'EdDSA') return sign(null, bytes, key);
  if (algorithm.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
  if (algorithm.startsWith('RS')) return sign(hash, bytes, key);
  return sign(hash, bytes, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
}
