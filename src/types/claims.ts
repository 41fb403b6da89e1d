/** The claim `type` of the tokens that this library creates. */
export type TokenType = 'access' | 'refresh';

/**
 * The purpose of a claim that the library sets. `token` is a property of one token. `time` is a NumericDate of one token.
 * `session` identifies the session of a token. `party` is the issuer or the audience. `cookie` has the attributes of the
 * token's cookies, which a successor copies.
 */
type ClaimPurpose = 'token' | 'time' | 'session' | 'party' | 'cookie';

/** The claims that the library sets in a token. The names of the identity claim and the session claim are options. */
const CLAIM_PURPOSES = {
  fresh: 'token',
  iat: 'time',
  jti: 'session',
  type: 'session',
  nbf: 'time',
  csrf: 'session',
  exp: 'time',
  iss: 'party',
  aud: 'party',
  cookie_attributes: 'cookie',
} as const satisfies Record<string, ClaimPurpose>;

/** A claim that the library sets in a token. */
type LibraryClaim = keyof typeof CLAIM_PURPOSES;

function claimsFor(...purposes: ClaimPurpose[]): readonly string[] {
  const claims = Object.keys(CLAIM_PURPOSES) as LibraryClaim[];
  return Object.freeze(claims.filter((claim) => purposes.includes(CLAIM_PURPOSES[claim])));
}

/** The claims of every token: a successor has its own, and neither identity nor session can have one of these names. */
export const LIBRARY_CLAIMS = claimsFor('token', 'time', 'session', 'party');

/** The claims that differ from token to token, so that a key cannot be bound to one. */
export const PER_TOKEN_CLAIMS = claimsFor('token', 'time', 'session', 'cookie');

/** The claims that are a NumericDate (RFC 7519 s.2). */
export const TIME_CLAIMS = claimsFor('time');

/** The claims that the caller cannot set in a session's token, because its session depends on them. */
export const SESSION_CLAIMS = claimsFor('session');

/** The claim with the attributes of the token's cookies, if they differ from the options. Only the library sets it. */
export const COOKIE_CLAIM = 'cookie_attributes' satisfies LibraryClaim;

/** The names that no option can give to another claim. */
export const RESERVED_CLAIMS = Object.freeze([...LIBRARY_CLAIMS, COOKIE_CLAIM]);

/**
 * The claims of a verified token (RFC 7519 s.4), frozen. If the token lacks them, `type` is `'access'`, `fresh` is `false`
 * and `jti` is `null`, as in Flask-JWT-Extended.
 */
export interface JwtPayload {
  /** The subject: by default the identity (RFC 7519 s.4.1.2). */
  readonly sub?: string | undefined;
  /**
   * `'access'`, `'refresh'`, or a type of your own for routes with `verifyType: false`. In a token of an identity provider it
   * is the provider's own claim, with any value.
   */
  readonly type: string;
  /** Whether the token came from a log-in. A number is the NumericDate until which it is fresh. */
  readonly fresh: boolean | number;
  /** The id of the token (RFC 7519 s.4.1.7), or `null`. */
  readonly jti: string | null;
  /** When the token was issued, in seconds since 1970 (RFC 7519 s.4.1.6). */
  readonly iat?: number | undefined;
  /** When the token becomes valid, in seconds since 1970 (RFC 7519 s.4.1.5). */
  readonly nbf?: number | undefined;
  /** When the token expires, in seconds since 1970 (RFC 7519 s.4.1.4). */
  readonly exp?: number | undefined;
  /** The issuer (RFC 7519 s.4.1.1). */
  readonly iss?: string | undefined;
  /** The audience (RFC 7519 s.4.1.3). */
  readonly aud?: string | readonly string[] | undefined;
  /** The double submit value, which a request must send with a token in a cookie. */
  readonly csrf?: string | undefined;
  /** Every other claim. */
  readonly [claim: string]: unknown;
}

/** The JOSE header of a token (RFC 7515 s.4). */
export interface JoseHeader {
  /** The signature algorithm (RFC 7515 s.4.1.1). */
  readonly alg: string;
  /** The media type, `JWT` by default (RFC 7515 s.4.1.9). */
  readonly typ?: string | undefined;
  /** The name of the key that signed (RFC 7515 s.4.1.4). */
  readonly kid?: string | undefined;
  /** Every other parameter. */
  readonly [parameter: string]: unknown;
}

/** The value of an object's own property. Inherited properties (`constructor`, a changed prototype) are ignored. */
export function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}
