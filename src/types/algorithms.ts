/** The kind of signature (RFC 7518 s.3, RFC 8037). With `hmac` one secret signs and verifies; the others have key pairs. */
export type AlgorithmFamily = 'hmac' | 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa';

/** The properties of a JWS algorithm. */
export interface AlgorithmFacts {
  readonly family: AlgorithmFamily;
  /** OpenSSL's name of the hash. `null` for Ed25519, which has a fixed hash. */
  readonly hash: string | null;
  /** The size of the hash, in bytes. */
  readonly hashBytes: number;
  /** OpenSSL's name of the curve. `null` without a curve. */
  readonly curve: string | null;
  /** The name of the curve in a JWK (`crv`). `null` without a curve. */
  readonly jwkCurve: string | null;
  /** The size of a signature, in bytes. `null` if it depends on the key. */
  readonly signatureBytes: number | null;
}

const hmac = (hash: string, hashBytes: number) =>
  ({ family: 'hmac', hash, hashBytes, curve: null, jwkCurve: null, signatureBytes: hashBytes }) as const;
const rsa = (family: 'rsa' | 'rsa-pss', hash: string, hashBytes: number) =>
  ({ family, hash, hashBytes, curve: null, jwkCurve: null, signatureBytes: null }) as const;
const ecdsa = (hash: string, hashBytes: number, curve: string, jwkCurve: string, signatureBytes: number) =>
  ({ family: 'ecdsa', hash, hashBytes, curve, jwkCurve, signatureBytes }) as const;

const ed25519 = {
  family: 'eddsa',
  hash: null,
  hashBytes: 64,
  curve: 'ed25519',
  jwkCurve: 'Ed25519',
  signatureBytes: 64,
} as const;

/** The JWS algorithms by name (RFC 7518 s.3.1, RFC 8037, RFC 8812, RFC 9864). A new algorithm of a known family is one line here. */
export const ALGORITHMS = {
  HS256: hmac('sha256', 32),
  HS384: hmac('sha384', 48),
  HS512: hmac('sha512', 64),
  RS256: rsa('rsa', 'sha256', 32),
  RS384: rsa('rsa', 'sha384', 48),
  RS512: rsa('rsa', 'sha512', 64),
  PS256: rsa('rsa-pss', 'sha256', 32),
  PS384: rsa('rsa-pss', 'sha384', 48),
  PS512: rsa('rsa-pss', 'sha512', 64),
  ES256: ecdsa('sha256', 32, 'prime256v1', 'P-256', 64),
  ES384: ecdsa('sha384', 48, 'secp384r1', 'P-384', 96),
  ES512: ecdsa('sha512', 64, 'secp521r1', 'P-521', 132),
  ES256K: ecdsa('sha256', 32, 'secp256k1', 'secp256k1', 64),
  EdDSA: ed25519,
  Ed25519: ed25519,
} as const satisfies Record<string, AlgorithmFacts>;

/** The name of a JWS algorithm in `alg`. */
export type JwtAlgorithm = keyof typeof ALGORITHMS;

/** Whether a value is the name of an algorithm. */
export function isAlgorithm(name: unknown): name is JwtAlgorithm {
  return typeof name === 'string' && Object.hasOwn(ALGORITHMS, name);
}

const ED25519_NAMES: readonly JwtAlgorithm[] = Object.freeze(['EdDSA', 'Ed25519'] as const);

/** The names of an algorithm, itself among them. Ed25519 has its own name and that of its family (RFC 9864 s.2.2). */
export function namesOf(algorithm: JwtAlgorithm): readonly JwtAlgorithm[] {
  return ALGORITHMS[algorithm].family === 'eddsa' ? ED25519_NAMES : [algorithm];
}

/** Whether an algorithm signs and verifies with one secret. */
export function isHmac(algorithm: JwtAlgorithm): boolean {
  return ALGORITHMS[algorithm].family === 'hmac';
}
