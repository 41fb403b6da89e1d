import type { JsonWebKey } from 'node:crypto';
import { JwtExtendedException, type JwtAlgorithm } from 'nestjs-jwt-extended';
import { KeySet } from '../../src/jwks/key-set.js';
import type { ClaimRules, VerificationKey } from '../../src/keys/verification-key.js';
import { configure } from '../../src/module/configuration.js';
import { parseCompact, type CompactToken } from '../../src/tokens/verifying/compact.js';
import { TokenCodec } from '../../src/tokens/token-codec.js';
import { ALGORITHMS, isHmac } from '../../src/types/algorithms.js';

export type VectorKey = JsonWebKey & { kid?: string; alg?: string };

/** A JWK or a JWK Set. */
export type VectorKeys = VectorKey | { keys: VectorKey[] };

type KeysFor = (token: CompactToken) => readonly VerificationKey[];

const ASYMMETRIC = new Set<string>(
  (Object.keys(ALGORITHMS) as JwtAlgorithm[]).filter((algorithm) => !isHmac(algorithm)),
);
const codec = new TokenCodec();

/** The algorithm of a key without `alg`, by its type. */
const USUAL: Readonly<Record<string, string>> = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA', oct: 'HS256' };

/**
 * The reason why a token is refused, or `null` if it is accepted. Most vectors have no claims as payload, so this covers
 * only form, header, key and signature. It rethrows all other errors, because no vector may cause a crash.
 */
export function refusal(keys: VectorKeys, rawToken: unknown): string | null {
  try {
    const keysFor = isSet(keys) ? fromSet(keys) : fromRing([keys]);
    const token = parseCompact(rawToken, 100_000);
    const candidates = keysFor(token);
    if (candidates.length === 0) return 'No key for this token';
    return candidates.some((key) => codec.verifySignature(token, key)) ? null : 'Signature verification failed';
  } catch (error) {
    const isOurs = error instanceof JwtExtendedException || error instanceof TypeError || error instanceof NoUsableKey;
    if (isOurs) return error.message;
    throw error;
  }
}

class NoUsableKey extends Error {}

function isSet(keys: VectorKeys): keys is { keys: VectorKey[] } {
  return 'keys' in keys;
}

/** A set with a public key is a provider's JWK Set. A set of secrets is the option `keys`. */
function fromSet(set: { keys: VectorKey[] }): KeysFor {
  if (set.keys.every(({ kty }) => kty === 'oct')) return fromRing(set.keys);
  const published = readSet(set);
  return ({ unverifiedHeader: header }) => published.keysFor(header, header.alg as JwtAlgorithm) ?? [];
}

function readSet(set: { keys: VectorKey[] }): KeySet {
  try {
    return new KeySet(set, { name: 'the set', algorithms: ASYMMETRIC, rules: {} as ClaimRules });
  } catch (error) {
    throw new NoUsableKey((error as Error).message);
  }
}

function fromRing(keys: readonly VectorKey[]): KeysFor {
  const entries = keys.map((key) => ({
    key,
    kid: key.kid ?? null,
    algorithm: key.alg ?? USUAL[key.kty ?? ''],
    use: 'verify',
  }));
  const { ownKeys } = configure({ keys: entries }, false);
  return ({ unverifiedHeader }) => ownKeys.keysFor(unverifiedHeader);
}
