import type { JsonWebKey } from 'node:crypto';
import { JwtExtendedException, type JwtAlgorithm } from 'nestjs-jwt-extended';
import { KeySet } from '../../src/jwks/key-set.js';
import type { ClaimRules, VerificationKey } from '../../src/keys/verification-key.js';
import { configure } from '../../src/module/configuration.js';
import { parseCompact, type CompactToken } from '../../src/tokens/verifying/compact.js';
import { TokenCodec } from '../../src/tokens/token-codec.js';
import { ALGORITHMS, isHmac } from '../../src/types/algorithms.js';

export type VectorKey = JsonWebKey & { kid?: string; alg?: string };

/** A key, or a set of them. */
export type VectorKeys = VectorKey | { keys: VectorKey[] };

type KeysFor = (token: CompactToken) => readonly VerificationKey[];

const ASYMMETRIC = new Set<string>(
  (Object.keys(ALGORITHMS) as JwtAlgorithm[]).filter((algorithm) => !isHmac(algorithm)),
);
const codec = new TokenCodec();

/** What a key that names no algorithm would be used for. */
const USUAL: Readonly<Record<string, string>> = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA', oct: 'HS256' };

/**
 * Why a token is refused, `null`: it is accepted. The payloads of most vectors are no claims, so that this is about form,
 * header, key and signature. Anything but our own answers is rethrown: nothing a vector holds may be a crash.
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

/** A set with a public key in it is one that was published; one of secrets is the option `keys`. */
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
