import { callOptions } from './options/call-options.js';
import type { Duration } from './options/duration.js';
import type { VerifiedToken } from './tokens/verified-token.js';
import type { JoseHeader, JwtPayload } from './types/claims.js';
import type { HttpRequest } from './types/http.js';
import type { JwtContext } from './types/jwt-context.js';
import type { JwtRequirement } from './types/requirement.js';

/**
 * Names a token: the token itself, the payload from `@Jwt()`, the context from `getJwtContext()`, or the result of
 * `TokenService.verify()`. Objects must be those that this process verified (or a test set), no copies of them.
 */
export type TokenReference<Payload = JwtPayload> =
  string | JwtContext | JwtContext<unknown, Payload> | VerifiedToken | JwtPayload | Payload;

/** Options of one new token. */
export interface TokenOptions<Claims = object> {
  /**
   * The lifetime of the token; `false`: it never expires.
   *
   * @default the option `accessTokenExpires` or `refreshTokenExpires` of the module
   */
  expires?: Duration | false | undefined;
  /**
   * How long after its issue the token becomes valid: added to `nbf`.
   *
   * @default the option `notBeforeDelta` of the module
   */
  notBeforeDelta?: Duration | undefined;
  /**
   * Further claims: a plain object of JSON values. `exp`, `iat` and `nbf` can be a `Date`. They win over the claims of the
   * library and of `additionalClaims`.
   *
   * @default none
   */
  claims?: Claims | undefined;
  /**
   * Further header parameters: a plain object of JSON values. They win over those of `additionalHeaders`.
   *
   * @default none
   */
  headers?: object | undefined;
  /**
   * The session that the token joins: its `sid`, or a reference to one of its tokens. A new refresh token replaces the
   * session's current one.
   *
   * @default none for an access token, a new session for a refresh token
   */
  session?: TokenReference | undefined;
}

/** Options of a new access token. */
export interface AccessTokenOptions<Claims = object> extends TokenOptions<Claims> {
  /**
   * `true`: fresh for its whole lifetime. A duration: fresh for that long.
   *
   * @default false
   */
  fresh?: boolean | Duration | undefined;
}

/** Options of a new pair of tokens. */
export interface TokenPairOptions<Claims = object> extends Omit<AccessTokenOptions<Claims>, 'expires' | 'session'> {
  /**
   * The lifetime of the access token; `false`: it never expires.
   *
   * @default the option `accessTokenExpires` of the module
   */
  accessExpires?: Duration | false | undefined;
  /**
   * The lifetime of the refresh token; `false`: it never expires.
   *
   * @default the option `refreshTokenExpires` of the module
   */
  refreshExpires?: Duration | false | undefined;
  /**
   * A note for `listSessions`, for example the user agent. The first 256 characters are stored.
   *
   * @default none
   */
  device?: string | undefined;
}

/**
 * Options of `rotate`. `claims` and `headers` apply to both new tokens. `scopes`, `anyScope` and `roles` are required of the
 * refresh token, as by `@JwtRequired()`.
 */
export interface RotateTokenOptions<Claims = object>
  extends Pick<TokenOptions<Claims>, 'claims' | 'headers'>, Pick<JwtRequirement, 'scopes' | 'anyScope' | 'roles'> {
  /**
   * The request that the token came with: `isTokenRevoked`, `verifyToken` and `userLookup` get it as their last argument, and
   * the event `refresh-repeated` has it.
   *
   * @default the request of the context, if the reference is one from `getJwtContext()`
   */
  request?: HttpRequest | undefined;
}

/** An access token, and the refresh token that gets the next one (RFC 6749 s.1.5). */
export interface TokenPair {
  /** The token for requests. */
  accessToken: string;
  /** The token for the refresh route only. */
  refreshToken: string;
}

/** Options of `verify`. */
export interface VerifyOptions {
  /**
   * `true` accepts a token that has expired.
   *
   * @default false
   */
  allowExpired?: boolean | undefined;
  /**
   * The double submit value that came with the token. It is compared with the claim `csrf`.
   *
   * @default no comparison
   */
  csrfToken?: string | undefined;
}

/** A token that was read without being verified. Anyone can have written it. */
export interface UnverifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims; `null` if the payload is no JSON object. */
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/** A session, as its owner may see it. Times are milliseconds since 1970. */
export interface SessionInfo {
  /** The id of the session: the claim `sid` of its tokens. */
  readonly sid: string;
  /** The time at which the session was opened. */
  readonly createdAt: number;
  /** The time of the last refresh, or of the opening. */
  readonly lastUsedAt: number;
  /** The time at which the session ends by itself; `null`: never. */
  readonly expiresAt: number | null;
  /** The note that the session was opened with. */
  readonly device?: string | undefined;
  /** The time at which the session was ended. Only a session that was ended with a note has it. */
  readonly endedAt?: number | undefined;
  /** The note that the session was ended with. */
  readonly note?: string | undefined;
}

/** A token that was denied with a note. */
export interface DeniedTokenInfo {
  /** The claim `jti` of the token. */
  readonly jti: string;
  /** The time at which the token was denied, in milliseconds since 1970. */
  readonly endedAt: number;
  /** The note that the token was denied with. */
  readonly note: string;
}

/** Options of `listSessions`. */
export interface ListSessionsOptions {
  /**
   * `true` also lists, after the sessions, what was revoked with a note: sessions and tokens, the latest first. Each of them is
   * listed until the session or the token would have expired.
   *
   * @default false
   */
  ended?: boolean | undefined;
  /**
   * The identity provider of the user, as for `revokeAllFor`.
   *
   * @default our own user; in an application without keys of its own, the user of its only provider
   */
  issuer?: string | null | undefined;
}

/** Options of `listSessions` for a page of sessions. */
export interface SessionPageOptions {
  /** The largest number of sessions, from 1 to 1,000. */
  limit: number;
  /**
   * `next` of the page before. A client may pass it back: any other text gets an empty page.
   *
   * @default the first page
   */
  after?: string | null | undefined;
  /**
   * The identity provider of the user, as for `revokeAllFor`.
   *
   * @default our own user; in an application without keys of its own, the user of its only provider
   */
  issuer?: string | null | undefined;
}

/** Some sessions of a user. */
export interface SessionInfoPage {
  /** The sessions, the last used one first. */
  readonly sessions: readonly SessionInfo[];
  /** The option `after` for the next page; `null`: this is the last one. */
  readonly next: string | null;
}

/** Options of `revoke` and `revokeSession`. */
export interface RevokeOptions {
  /**
   * A text of the application, at most 256 characters: who revoked it, and why. The store keeps it, with the time, until the
   * session or the token would have expired. `listSessions(user, { ended: true })` lists it. The library logs it nowhere.
   *
   * @default none
   */
  note?: string | undefined;
}

/** Options of `revokeAllFor`. The note is stored with each session that ends. */
export interface RevokeAllOptions extends RevokeOptions {
  /**
   * Only sessions and tokens up to this time end: milliseconds of the store's clock, or a Date.
   *
   * @default now
   */
  before?: number | Date | undefined;
  /**
   * The `sid` of a session that goes on.
   *
   * @default none
   */
  exceptSession?: string | undefined;
  /**
   * The identity provider of the user: the claim `iss` of its tokens, `null` for tokens without one. The user is then named by
   * the identity claim.
   *
   * @default our own user; in an application without keys of its own, the user of its only provider
   */
  issuer?: string | null | undefined;
}

const CONTENT = { claims: true, headers: true } as const;
const ONE_TOKEN = { ...CONTENT, expires: true, notBeforeDelta: true, session: true } as const;

/** @internal The options of each call of `TokenService`, with unknown names refused. */
export const readOptionsOf = {
  createAccessToken: callOptions<AccessTokenOptions>('createAccessToken', { ...ONE_TOKEN, fresh: true }),
  createRefreshToken: callOptions<TokenOptions>('createRefreshToken', ONE_TOKEN),
  createTokenPair: callOptions<TokenPairOptions>('createTokenPair', {
    ...CONTENT,
    notBeforeDelta: true,
    fresh: true,
    accessExpires: true,
    refreshExpires: true,
    device: true,
  }),
  rotate: callOptions<RotateTokenOptions>('rotate', {
    ...CONTENT,
    scopes: true,
    anyScope: true,
    roles: true,
    request: true,
  }),
  revoke: callOptions<RevokeOptions>('revoke', { note: true }),
  revokeSession: callOptions<RevokeOptions>('revokeSession', { note: true }),
  listSessions: callOptions<ListSessionsOptions & Partial<SessionPageOptions>>('listSessions', {
    ended: true,
    issuer: true,
    limit: true,
    after: true,
  }),
  revokeAllFor: callOptions<RevokeAllOptions>('revokeAllFor', {
    note: true,
    before: true,
    exceptSession: true,
    issuer: true,
  }),
  verify: callOptions<VerifyOptions>('verify', { allowExpired: true, csrfToken: true }),
} as const;
