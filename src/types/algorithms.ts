/** Who may verify: with `hmac` whoever can sign, with the others whoever has the public key (RFC 7518 s.3, RFC 8037). */
export type AlgorithmFamily = 'hmac' | 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa';

/** What is known of a JWS algorithm: its family and the size of its hash, in bytes. */
export interface AlgorithmFacts {
  readonly family: AlgorithmFamily;
  readonly hashBytes: number;
}

/** The JWS algorithms by name (RFC 7518 s.3.1, RFC 8037, RFC 8812). */
export const ALGORITHMS = {
  HS256: { family: 'hmac', hashBytes: 32 },
  HS384: { family: 'hmac', hashBytes: 48 },
  HS512: { family: 'hmac', hashBytes: 64 },
  RS256: { family: 'rsa', hashBytes: 32 },
  RS384: { family: 'rsa', hashBytes: 48 },
  RS512: { family: 'rsa', hashBytes: 64 },
  PS256: { family: 'rsa-pss', hashBytes: 32 },
  PS384: { family: 'rsa-pss', hashBytes: 48 },
  PS512: { family: 'rsa-pss', hashBytes: 64 },
  ES256: { family: 'ecdsa', hashBytes: 32 },
  ES384: { family: 'ecdsa', hashBytes: 48 },
  ES512: { family: 'ecdsa', hashBytes: 64 },
  ES256K: { family: 'ecdsa', hashBytes: 32 },
  EdDSA: { family: 'eddsa', hashBytes: 64 },
} as const satisfies Record<string, AlgorithmFacts>;

/** The name of a JWS algorithm, as it stands in `alg`. */
export type JwtAlgorithm = keyof typeof ALGORITHMS;
