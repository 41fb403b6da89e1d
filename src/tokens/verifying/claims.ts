import { InvalidTokenException } from '../../errors/exceptions.js';
import type { ClaimRules, VerificationKey } from '../../keys/verification-key.js';
import { isWellFormed } from '../../types/well-formed.js';
import { ownValue, type JwtPayload } from '../../types/claims.js';

type Claims = Readonly<Record<string, unknown>>;

type ClaimCheck = (payload: Claims, rules: ClaimRules, now: number) => void;

/** The checks of the claims, in PyJWT's order. The expiry is checked after them, because the other errors come first. */
const CLAIM_CHECKS: readonly ClaimCheck[] = [
  // checks:begin
  checkIssuedAt,
  checkNotBefore,
  checkExpirationForm,
  checkIssuer,
  checkAudience,
  checkSubject,
  checkTokenId,
  checkIdentity,
  checkRequiredClaims,
  // checks:end
];

/** Refuses invalid claims. `now` is in seconds since 1970. */
export function checkClaims(payload: Claims, rules: ClaimRules, now: number): void {
  for (const check of CLAIM_CHECKS) check(payload, rules, now);
}

/** Refuses claims of another issuer or for another audience. A cached token needs no other check except its time. */
export function checkParties(payload: Claims, rules: ClaimRules): void {
  checkIssuer(payload, rules);
  checkAudience(payload, rules);
}

/** Refuses a token whose claims differ from the claims of its key, such as the tenant. */
export function checkBoundClaims(payload: Claims, { claims }: VerificationKey): void {
  if (claims === null) return;
  const other = Object.keys(claims).find((claim) => ownValue(payload, claim) !== claims[claim]);
  if (other !== undefined) throw new InvalidTokenException(`The claim "${other}" is not that of the key`);
}

/** The time in which a token with valid claims is valid, as NumericDates. */
export interface ValidTime {
  readonly validFrom: number;
  /** `null` if the token never expires. */
  readonly expiresAt: number | null;
}

/** Reads the time claims from valid claims (RFC 7519 s.4.1.4 to 4.1.6). */
export function validTimeOf(payload: Claims): ValidTime {
  const validFrom = Math.max(numericDate(payload, 'iat') ?? 0, numericDate(payload, 'nbf') ?? 0);
  return { validFrom, expiresAt: numericDate(payload, 'exp') ?? null };
}

/** Whether the validity of a token has begun. If not, `checkClaims` throws the reason. */
export function hasBegun({ validFrom }: ValidTime, { leeway }: ClaimRules, now: number): boolean {
  return validFrom <= now + leeway;
}

/** Whether a token has expired (RFC 7519 s.4.1.4). */
export function isExpired({ expiresAt }: ValidTime, { leeway }: ClaimRules, now: number): boolean {
  return expiresAt !== null && expiresAt <= now - leeway;
}

/** Adds the defaults of Flask-JWT-Extended for missing claims. */
export function fillDefaults(payload: Claims): JwtPayload {
  const complete = Object.hasOwn(payload, 'type') && Object.hasOwn(payload, 'fresh') && Object.hasOwn(payload, 'jti');
  // A spread also copies an own property named __proto__.
  return (complete ? payload : Object.freeze({ type: 'access', fresh: false, jti: null, ...payload })) as JwtPayload;
}

/**
 * The claims of an identity provider's token. Its own claim `fresh` does not count. The token is fresh for a time after the
 * log-in of its user (`auth_time`, OpenID Connect Core s.2), if the options say for how long.
 */
export function providerClaims(payload: Claims, { freshFor = null, leeway }: ClaimRules, now: number): JwtPayload {
  const loggedInAt = ownValue(payload, 'auth_time');
  const isTime = typeof loggedInAt === 'number' && Number.isFinite(loggedInAt) && loggedInAt <= now + leeway;
  const fresh = freshFor !== null && isTime ? Math.trunc(loggedInAt) + freshFor : false;
  return Object.freeze({ ...fillDefaults(payload), fresh });
}

function checkIssuedAt(payload: Claims, { leeway }: ClaimRules, now: number): void {
  const issuedAt = numericDate(payload, 'iat', 'Issued At claim (iat) must be an integer.');
  if (issuedAt !== undefined && issuedAt > now + leeway) {
    throw new InvalidTokenException('The token is not yet valid (iat)');
  }
}

function checkNotBefore(payload: Claims, { leeway }: ClaimRules, now: number): void {
  const notBefore = numericDate(payload, 'nbf', 'Not Before claim (nbf) must be an integer.');
  if (notBefore !== undefined && notBefore > now + leeway) {
    throw new InvalidTokenException('The token is not yet valid (nbf)');
  }
}

function checkExpirationForm(payload: Claims): void {
  numericDate(payload, 'exp', 'Expiration Time claim (exp) must be an integer.');
}

function checkIssuer(payload: Claims, { issuer }: ClaimRules): void {
  if (issuer.decode === null) return;
  const value = ownValue(payload, 'iss');
  if (value === undefined) throw new InvalidTokenException('Token is missing the "iss" claim');
  if (typeof value !== 'string') throw new InvalidTokenException('Payload Issuer (iss) must be a string');
  if (!issuer.decode.includes(value)) throw new InvalidTokenException('Invalid issuer');
}

function checkAudience(payload: Claims, { audience }: ClaimRules): void {
  const accepted = audience.decode;
  if (accepted === null) return;
  const value = ownValue(payload, 'aud');
  if (!value) throw new InvalidTokenException('Token is missing the "aud" claim');
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!values.every((item) => typeof item === 'string')) {
    throw new InvalidTokenException('Invalid claim format in token');
  }
  if (!values.some((item) => accepted.includes(item))) throw new InvalidTokenException("Audience doesn't match");
}

function checkSubject(payload: Claims, { verifySubject }: ClaimRules): void {
  const subject = ownValue(payload, 'sub');
  if (verifySubject && subject !== undefined && typeof subject !== 'string') {
    throw new InvalidTokenException('Subject must be a string');
  }
}

function checkTokenId(payload: Claims): void {
  const id = ownValue(payload, 'jti');
  if (id !== undefined && typeof id !== 'string') throw new InvalidTokenException('JWT ID must be a string');
  requireWellFormed('jti', id);
}

function checkIdentity(payload: Claims, { identityClaim }: ClaimRules): void {
  if (!Object.hasOwn(payload, identityClaim)) throw new InvalidTokenException(`Missing claim: ${identityClaim}`);
  requireWellFormed(identityClaim, payload[identityClaim]);
}

/** Stores and caches find a token by hashes of these texts. Two texts that UTF-8 cannot encode could share a hash. */
function requireWellFormed(claim: string, value: unknown): void {
  if (typeof value === 'string' && !isWellFormed(value)) {
    throw new InvalidTokenException(`Invalid claim: ${claim} must be valid Unicode`);
  }
}

function checkRequiredClaims(payload: Claims, { requiredClaims }: ClaimRules): void {
  const missing = requiredClaims.find((claim) => (ownValue(payload, claim) ?? null) === null);
  if (missing !== undefined) throw new InvalidTokenException(`Missing claim: ${missing}`);
}

/** Reads a NumericDate in whole seconds (RFC 7519 s.2). It must be a finite JSON number. */
function numericDate(payload: object, claim: string, message = ''): number | undefined {
  const value = ownValue(payload, claim);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new InvalidTokenException(message);
  return Math.trunc(value);
}
