import { bareNumber, toSeconds, type Duration } from '../../options/duration.js';
import type { Settings } from '../../options/settings.js';
import { requireClaimTypes } from './claim-types.js';
import { checkedIdentity, identityClaimOf, requireWellFormed } from './identity.js';
import type { Issuance } from './issuance.js';
import { copyOfObject } from './json-copy.js';
import { COOKIE_CLAIM, LIBRARY_CLAIMS, ownValue, TIME_CLAIMS, type TokenType } from '../../types/claims.js';

/** The options of a call that creates a token. */
export interface NewToken {
  readonly type: TokenType;
  /** The argument of the callbacks. */
  readonly identity: unknown;
  /** The claims of the preceding token. The new token copies its identity and the claims of the application. */
  readonly successorOf?: Readonly<Record<string, unknown>>;
  readonly fresh?: boolean | Duration;
  readonly expires?: Duration | false;
  readonly notBeforeDelta?: Duration;
  readonly claims?: object;
  readonly headers?: object;
}

export const NEW_TOKEN = [
  'type',
  'identity',
  'successorOf',
  'fresh',
  'expires',
  'notBeforeDelta',
  'claims',
  'headers',
] as const satisfies (keyof NewToken)[];

/** The parts of a new token that come from the call, the options and the callbacks. */
export interface TokenContent {
  readonly type: TokenType;
  readonly fresh: boolean | number;
  /** The value of the identity claim. `undefined` if `overriding` has that claim. */
  readonly identity: unknown;
  /** Claims copied from the preceding token. */
  readonly copied: object;
  /** Claims of the callback and the call. They override all other claims. */
  readonly overriding: object;
  /** Whole seconds. `null` if the token never expires. */
  readonly lifetime: number | null;
  /** Whole seconds from its issue until the token becomes valid. */
  readonly notBeforeDelta: number;
}

const NOTHING: Record<string, unknown> = Object.freeze({});

/** Calls the callbacks and determines all parts of a token except its issuance. */
export async function tokenContent(token: NewToken, settings: Settings): Promise<TokenContent> {
  const further = newClaims(await settings.callbacks.additionalClaims?.(token.identity), 'additionalClaims');
  const claims = newClaims(token.claims, 'claims');
  const overriding = further === NOTHING && claims === NOTHING ? NOTHING : { ...further, ...claims };
  requireClaimTypes(overriding, settings);
  requireWellFormed(`claim "${settings.identityClaim}"`, ownValue(overriding, settings.identityClaim));
  requireWellFormed('claim "jti"', ownValue(overriding, 'jti'));
  const identity = await identityOf(token, settings);
  return {
    type: token.type,
    fresh: freshness(token.fresh),
    identity: Object.hasOwn(overriding, settings.identityClaim) ? undefined : checkedIdentity(identity, settings),
    copied: token.successorOf === undefined ? NOTHING : copiedClaims(token.successorOf, settings),
    overriding,
    ...timesOf(token, settings),
  };
}

/** The claims of a new token, in Flask-JWT-Extended's order: the library's own, the callback's, the call's. */
export function claimsOf(content: TokenContent, issuance: Issuance, settings: Settings): Record<string, unknown> {
  const claims: Record<string, unknown> = {
    fresh: content.fresh,
    iat: issuance.issuedAt,
    jti: issuance.id,
    type: content.type,
    [settings.identityClaim]: content.identity,
  };
  if (isPlain(content, issuance, settings)) deleteOwnClaims(claims, settings);
  if (settings.encodeNotBefore) claims.nbf = issuance.issuedAt + content.notBeforeDelta;
  if (issuance.csrf !== null) claims.csrf = issuance.csrf;
  if (issuance.expiresAt !== null) claims.exp = issuance.expiresAt;
  if (settings.issuer.encode !== null) claims.iss = settings.issuer.encode;
  if (settings.audience.encode !== null) claims.aud = settings.audience.encode;
  const { copied, overriding } = content;
  const session = issuance.sid === null ? NOTHING : { [settings.sessionClaim]: issuance.sid };
  // The spread copies a claim named __proto__ like any other claim. Most tokens have no additional claims.
  const isComplete = session === NOTHING && copied === NOTHING && overriding === NOTHING;
  return withRequired(isComplete ? claims : { ...claims, ...session, ...copied, ...overriding }, settings);
}

/** @throws TypeError for a token that every verification would refuse. */
function withRequired(claims: Record<string, unknown>, { requiredClaims }: Settings): Record<string, unknown> {
  const missing = requiredClaims.find((claim) => (ownValue(claims, claim) ?? null) === null);
  if (missing === undefined) return claims;
  throw new TypeError(
    `A new token has no claim "${missing}", which the option requiredClaims requires of every token.`,
  );
}

/** Whether a token gets only the claims that verifiers of other libraries know. A refresh token needs its type. */
function isPlain({ type }: TokenContent, { sid }: Issuance, { plainAccessTokens }: Settings): boolean {
  return plainAccessTokens && type === 'access' && sid === null;
}

/** Deletes the claims that have the same value by default. */
function deleteOwnClaims(claims: Record<string, unknown>, { revocation, callbacks }: Settings): void {
  delete claims.type;
  // A token is revoked by its id.
  if (revocation === null && callbacks.isTokenRevoked === undefined) delete claims.jti;
  if (claims.fresh === false) delete claims.fresh;
}

async function identityOf({ identity, successorOf }: NewToken, settings: Settings): Promise<unknown> {
  return successorOf === undefined
    ? identityClaimOf(identity, settings)
    : ownValue(successorOf, settings.identityClaim);
}

function copiedClaims(
  claims: Readonly<Record<string, unknown>>,
  { identityClaim, sessionClaim }: Settings,
): Record<string, unknown> {
  const own = [...LIBRARY_CLAIMS, identityClaim, sessionClaim];
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => !own.includes(claim)));
}

/** `false`, `true`, or the NumericDate until which the token is fresh. */
function freshness(fresh: boolean | Duration | undefined): boolean | number {
  if (fresh === undefined || typeof fresh === 'boolean') return fresh ?? false;
  return Date.now() / 1000 + toSeconds(fresh);
}

/** The lifetime, and when it begins. A token that expires before it becomes valid would be refused everywhere. */
function timesOf(token: NewToken, settings: Settings): Pick<TokenContent, 'lifetime' | 'notBeforeDelta'> {
  const lifetime = lifetimeOf(token, settings);
  const notBeforeDelta = Math.ceil(toSeconds(token.notBeforeDelta ?? settings.notBeforeDelta));
  if (notBeforeDelta === 0) return { lifetime, notBeforeDelta };
  if (notBeforeDelta < 0) throw new TypeError('notBeforeDelta of a new token must not be negative.');
  if (!settings.encodeNotBefore) {
    throw new TypeError('notBeforeDelta needs the claim "nbf", which encodeNotBefore: false leaves out.');
  }
  if (lifetime !== null && lifetime > 0 && notBeforeDelta >= lifetime) {
    throw new TypeError(
      'A token cannot expire before it becomes valid. notBeforeDelta must be less than its lifetime.',
    );
  }
  return { lifetime, notBeforeDelta };
}

/** Whole seconds, rounded up, because verifiers truncate fractions. */
function lifetimeOf({ expires, type }: NewToken, settings: Settings): number | null {
  if (expires === false) return null;
  const configured = type === 'access' ? settings.accessTokenExpires : settings.refreshTokenExpires;
  const seconds = expires === undefined ? configured : bareNumber(expires) === 0 ? 0 : toSeconds(expires);
  if (seconds === null) return null;
  if (seconds === 0) {
    throw new TypeError('A token cannot expire after 0 seconds. For a token that never expires, pass false.');
  }
  return Math.ceil(seconds);
}

/**
 * Claims of the application without undefined ones. A `Date` in a registered time claim becomes a NumericDate (RFC 7519
 * s.2). `null` and `undefined` are no claims.
 */
function newClaims(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return NOTHING;
  const claims = Object.entries(copyOfObject(value, name, TIME_CLAIMS));
  if (claims.some(([claim]) => claim === COOKIE_CLAIM)) {
    throw new TypeError(
      `The claim "${COOKIE_CLAIM}" of a new token cannot be set by hand. Pass domain and maxAge to setAccessCookies().`,
    );
  }
  return Object.fromEntries(claims.filter(([, claim]) => claim !== undefined));
}
