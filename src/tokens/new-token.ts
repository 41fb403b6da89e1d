import { randomUUID } from 'node:crypto';
import { toSeconds, type Duration } from '../options/duration.js';
import type { Settings } from '../options/settings.js';
import { ownValue, type TokenType } from '../types/claims.js';

/** What one call may say about the token it makes. */
export interface NewToken {
  readonly type: TokenType;
  /** What the callbacks are asked with. */
  readonly identity: unknown;
  /** The claims of the token this one follows: its identity and all that is not the library's own are taken over. */
  readonly successorOf?: Readonly<Record<string, unknown>>;
  readonly fresh?: boolean | Duration;
  readonly expires?: Duration | false;
  readonly claims?: object;
  readonly headers?: object;
}

/** Parameters that decide how a token is signed and read; only the library sets them. */
const OWN_HEADERS = ['alg', 'crit'];

/** Claims that are made anew for every token. */
const OWN_CLAIMS = ['fresh', 'iat', 'jti', 'type', 'nbf', 'csrf', 'exp', 'iss', 'aud'];

const TIME_CLAIMS = ['exp', 'iat', 'nbf'];

/** The claims of a new token, in Flask-JWT-Extended's order: the library's own, the callback's, the call's. */
export async function newClaims(token: NewToken, settings: Settings): Promise<Record<string, unknown>> {
  const further = asObject(await settings.callbacks.additionalClaims?.(token.identity), 'additionalClaims');
  const overriding = { ...toClaims(further), ...toClaims(asObject(token.claims, 'claims')) };
  const identity = await identityOf(token, settings);
  if (!Object.hasOwn(overriding, settings.identityClaim)) requireIdentity(identity, settings);
  const now = Date.now() / 1000;
  const issuedAt = Math.floor(now);
  const expires = lifetimeOf(token, settings);
  return {
    fresh: freshness(token.fresh, now),
    iat: issuedAt,
    jti: randomUUID(),
    type: token.type,
    [settings.identityClaim]: identity,
    ...(settings.encodeNotBefore && { nbf: issuedAt }),
    ...(settings.csrf !== null && { csrf: randomUUID() }),
    // A whole number of seconds, for readers cut fractions off; rounded up, so that no token lives too short.
    ...(expires !== null && { exp: issuedAt + Math.ceil(expires) }),
    ...(settings.issuer.encode !== null && { iss: settings.issuer.encode }),
    ...(settings.audience.encode !== null && { aud: settings.audience.encode }),
    ...carriedClaims(token.successorOf ?? {}, settings),
    ...overriding,
  };
}

/** The header of a new token but for `alg`; an empty `typ` and the default `b64` are left out. */
export async function newHeader(token: NewToken, settings: Settings): Promise<Record<string, unknown>> {
  const further = asObject(await settings.callbacks.additionalHeaders?.(token.identity), 'additionalHeaders');
  const header: Record<string, unknown> = { typ: 'JWT', ...further, ...asObject(token.headers, 'headers') };
  const own = OWN_HEADERS.find((name) => Object.hasOwn(header, name));
  if (own !== undefined) throw new TypeError(`The header parameter "${own}" of a new token cannot be set by hand.`);
  if (header.kid !== undefined && typeof header.kid !== 'string') {
    throw new TypeError('The header parameter "kid" of a new token must be a string (RFC 7515 s.4.1.4).');
  }
  if (header.b64 !== undefined && header.b64 !== true) {
    throw new TypeError('The header parameter "b64" (RFC 7797) is not supported.');
  }
  delete header.b64;
  if (!header.typ) delete header.typ;
  return header;
}

async function identityOf({ identity, successorOf }: NewToken, settings: Settings): Promise<unknown> {
  if (successorOf !== undefined) return ownValue(successorOf, settings.identityClaim);
  const { userIdentity } = settings.callbacks;
  return userIdentity ? userIdentity(identity) : identity;
}

function carriedClaims(claims: Readonly<Record<string, unknown>>, { identityClaim }: Settings): object {
  const own = [...OWN_CLAIMS, identityClaim];
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => !own.includes(claim)));
}

function requireIdentity(identity: unknown, { identityClaim, verifySubject }: Settings): void {
  const mustBeString = identityClaim === 'sub' && verifySubject;
  if (mustBeString ? typeof identity === 'string' : identity !== undefined) return;
  throw new TypeError(
    `The identity of a token must be ${mustBeString ? 'a string (RFC 7519 s.4.1.2)' : 'a JSON value'}; ` +
      `it is ${identity === null ? 'null' : typeof identity}. ` +
      'Give String(id), or set the option userIdentity: (user) => String(user.id).',
  );
}

/** `false`, `true`, or the NumericDate until which the token is fresh. */
function freshness(fresh: boolean | Duration | undefined, now: number): boolean | number {
  return typeof fresh === 'boolean' || fresh === undefined ? (fresh ?? false) : now + toSeconds(fresh);
}

/** Seconds, or `null` for never. */
function lifetimeOf({ expires, type }: NewToken, settings: Settings): number | null {
  if (expires === undefined) return type === 'access' ? settings.accessTokenExpires : settings.refreshTokenExpires;
  if (expires === false) return null;
  const seconds = toSeconds(expires);
  if (seconds === 0)
    throw new TypeError('A token cannot expire after 0 seconds. For one that never expires give false.');
  return seconds;
}

function asObject(value: unknown, name: string): object {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw new TypeError(
    `"${name}" of a new token must be an object; it is ${Array.isArray(value) ? 'a list' : typeof value}.`,
  );
}

/** Dates under the registered time claims become NumericDates (RFC 7519 s.2); what is undefined overrides nothing. */
function toClaims(given: object): object {
  const claims = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    claims.map(([name, value]: [string, unknown]) =>
      TIME_CLAIMS.includes(name) && value instanceof Date ? [name, Math.floor(value.getTime() / 1000)] : [name, value],
    ),
  );
}
