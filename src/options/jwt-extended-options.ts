import type { ErrorFormat, ErrorFormatCallback } from '../errors/error-format.js';
import type { ErrorResponseCallback } from '../errors/error-responder.js';
import type { ErrorResponseOption } from '../errors/exception-table.js';
import type { JwtTransport } from '../transports/transport.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import type { CallbackAnswer } from '../types/callback-answer.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { StandardSchema } from '../types/standard-schema.js';
import type { TokenSource } from '../types/token-location.js';
import type { CacheOptions } from './cache-options.js';
import type { EncodeDecode } from './claim-options.js';
import type { ConnectionOptions } from './connection-options.js';
import type { CookieOptions } from './cookie-options.js';
import type { CsrfOptions } from './csrf-options.js';
import type { Duration } from './duration.js';
import type { IdentityProviderOptions } from './identity-provider-options.js';
import type { DecodeKeyChoice, EncodeKeyChoice, KeyMaterial, KeyOptions } from './key-options.js';
import type { HeaderOptions, JsonOptions, QueryStringOptions } from './location-options.js';
import type { RevocationOptions } from './revocation-options.js';
import type { RotationOptions } from './rotation-options.js';
import type { RpcOptions } from './rpc-options.js';
import type { SocketOptions } from './socket-options.js';

/**
 * The options of `JwtExtendedModule.forRoot()`. A wrong or unknown option stops the start with a `TypeError`.
 * A callback returns a value, a promise of it, or an Observable, whose first value counts. The last argument of some callbacks
 * is the request. It is absent when the application calls `TokenService` outside of a request.
 *
 * @example JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET, accessTokenExpires: '15m' })
 */
export interface JwtExtendedOptions {
  /**
   * The HMAC secret, or a list: the first signs, all verify. Required for HS*. Flask: `JWT_SECRET_KEY`.
   *
   * @example secret: [newSecret, oldSecret]
   */
  secret?: KeyMaterial | readonly KeyMaterial[] | undefined;
  /** The key that signs, for RS*, PS*, ES* and EdDSA: PEM, JWK or `KeyObject`. Flask: `JWT_PRIVATE_KEY`. */
  privateKey?: KeyMaterial | undefined;
  /**
   * The key that verifies. Without `privateKey`, the application verifies tokens and cannot make them. Flask:
   * `JWT_PUBLIC_KEY`.
   * @default the public half of `privateKey`
   */
  publicKey?: KeyMaterial | undefined;
  /** Several keys, each with a name and an algorithm. Replaces `secret`, `privateKey`, `publicKey` and `algorithm`. */
  keys?: readonly KeyOptions[] | undefined;
  /**
   * Identity providers whose tokens are accepted, too. An application without keys of its own only verifies.
   *
   * @example jwks: { issuer: 'https://example.eu.auth0.com/', audience: 'my-api' }
   */
  jwks?: IdentityProviderOptions | readonly IdentityProviderOptions[] | undefined;
  /**
   * The algorithm of new tokens. Flask: `JWT_ALGORITHM`.
   * @default 'HS256'
   */
  algorithm?: JwtAlgorithm | undefined;
  /**
   * The accepted algorithms, all for one kind of key. `algorithm` is always accepted. Flask: `JWT_DECODE_ALGORITHMS`.
   * @default [algorithm]
   */
  decodeAlgorithms?: readonly JwtAlgorithm[] | undefined;
  /**
   * Accept an HMAC secret that is shorter than the hash, against RFC 7518 s.3.2.
   * @default false
   */
  allowWeakSecret?: boolean | undefined;
  /**
   * The lifetime of access tokens; `false`: no end. Flask: `JWT_ACCESS_TOKEN_EXPIRES`.
   * @default '15m'
   */
  accessTokenExpires?: Duration | false | undefined;
  /**
   * The lifetime of refresh tokens; `false`: no end. Flask: `JWT_REFRESH_TOKEN_EXPIRES`.
   * @default '30d'
   */
  refreshTokenExpires?: Duration | false | undefined;
  /**
   * How far clocks may differ in the checks of `exp`, `nbf` and `iat`: at most an hour. Flask: `JWT_DECODE_LEEWAY`.
   * @default 0
   */
  leeway?: Duration | undefined;
  /**
   * `iss`: one value for new tokens and for the check, or each apart. Flask: `JWT_ENCODE_ISSUER`, `JWT_DECODE_ISSUER`.
   * @default no `iss` in new tokens, any `iss` accepted
   */
  issuer?: string | EncodeDecode<string | null, string | readonly string[]> | undefined;
  /**
   * `aud`: one value or list for new tokens and for the check, or each apart. Flask: `JWT_ENCODE_AUDIENCE`,
   * `JWT_DECODE_AUDIENCE`.
   * @default no `aud` in new tokens, any `aud` accepted
   */
  audience?:
    | string
    | readonly string[]
    | EncodeDecode<string | readonly string[] | null, string | readonly string[]>
    | undefined;
  /**
   * Put `nbf` into new tokens. Flask: `JWT_ENCODE_NBF`.
   * @default true
   */
  encodeNotBefore?: boolean | undefined;
  /**
   * How long after its issue a new token becomes valid: added to `nbf`. A token that `implicitRefresh` renews is valid at once.
   * Flask-JWT: `JWT_NOT_BEFORE_DELTA`.
   * @default 0
   */
  notBeforeDelta?: Duration | undefined;
  /**
   * Require `sub`, if the token has it, to be a string (RFC 7519 s.4.1.2). Flask: `JWT_VERIFY_SUB`.
   * @default true
   */
  verifySubject?: boolean | undefined;
  /**
   * The claim with the identity. Flask: `JWT_IDENTITY_CLAIM`.
   * @default 'sub'
   */
  identityClaim?: string | undefined;
  /**
   * Leave `type`, `jti` and `fresh: false` out of new access tokens that belong to no session. They still count as access tokens.
   * With a store or `isTokenRevoked` they keep `jti`. For services that expect the claims of Flask-JWT.
   * @default false
   */
  plainAccessTokens?: boolean | undefined;
  /**
   * Claims that every token must have besides the identity. A new token without one of them is a `TypeError`.
   * @default []
   *
   * @example requiredClaims: ['exp', 'jti']
   */
  requiredClaims?: readonly string[] | undefined;
  /**
   * A schema for the claims of every token, of any library with Standard Schema (zod, valibot, arktype). Claims that do not match
   * are a `TokenVerificationException`, and in a new token a `TypeError`. `@Jwt()`, `verifyToken` and `userLookup` get what the
   * schema returns. `defineJwt()` sets it.
   * @default no schema
   *
   * @example claims: z.object({ sub: z.string(), role: z.enum(['admin', 'reader']) })
   */
  claims?: StandardSchema | undefined;
  /**
   * The shape of an error's body: `'flask'` is `{ msg }`, `'nest'` is `{ statusCode, message, error, code }`, `'problem'` is
   * `application/problem+json` with `code` (RFC 9457). A function returns its own body. `errorResponses` win over it.
   * @default 'flask'
   *
   * @example errorFormat: (error) => ({ code: error.code, text: error.message })
   */
  errorFormat?: ErrorFormat | ErrorFormatCallback | undefined;
  /**
   * The member of an error's body with the message, in the shape `'flask'`. Flask: `JWT_ERROR_MESSAGE_KEY`.
   * @default 'msg'
   */
  errorMessageKey?: string | undefined;
  /**
   * The realm in the challenge of a refused request: `Bearer realm="…"` (RFC 6750 s.3). Flask-JWT: `JWT_DEFAULT_REALM`.
   * @default no realm
   */
  realm?: string | undefined;
  /**
   * Where tokens are searched, in this order: names of locations, or functions of your own. A token from a function gets no
   * check of a double submit value, so a function must not read a cookie. Flask: `JWT_TOKEN_LOCATION`; Flask-JWT:
   * `request_handler`; passport-jwt: its extractors.
   * @default 'headers'
   *
   * @example tokenLocation: ['headers', (request) => request.headers['x-token']?.toString() ?? null]
   */
  tokenLocation?: TokenSource | readonly TokenSource[] | undefined;
  /** The header that holds a token. */
  header?: HeaderOptions | undefined;
  /** The query parameter that holds a token. */
  queryString?: QueryStringOptions | undefined;
  /** The members of a JSON body that hold tokens. */
  json?: JsonOptions | undefined;
  /** The cookies that hold tokens. */
  cookies?: CookieOptions | undefined;
  /**
   * The double submit check of tokens in cookies; `false` turns it off. Flask: `JWT_COOKIE_CSRF_PROTECT`.
   * @default on
   */
  csrf?: CsrfOptions | false | undefined;
  /**
   * Renew an access cookie when its token expires within this time. Flask: the pattern "Implicit Refreshing With Cookies".
   * @default false
   *
   * @example implicitRefresh: { within: '30m' }
   */
  implicitRefresh?:
    | {
        /** How long before its token expires. */
        within: Duration;
      }
    | false
    | undefined;
  /**
   * Where sessions and revoked tokens are stored.
   * @default no store: tokens are revoked only by `isTokenRevoked`
   */
  revocation?: RevocationOptions | undefined;
  /** How refresh tokens are replaced. Needs `revocation`. */
  rotation?: RotationOptions | undefined;
  /** How sockets, GraphQL subscriptions and event streams end with the token that opened them. */
  connections?: ConnectionOptions | undefined;
  /**
   * The claim with the id of the session.
   * @default 'sid'
   */
  sessionClaim?: string | undefined;
  /**
   * The claim with the scopes of a token: a list, or a text with blanks between them (RFC 8693 s.4.2).
   * @default `scope`, else `scp`
   */
  scopeClaim?: string | undefined;
  /**
   * The claim with the roles of a token: a list, or one role.
   * @default 'roles'
   */
  rolesClaim?: string | undefined;
  /**
   * `true`: every route needs an access token, unless it is `@Public()`.
   * @default false
   */
  requireByDefault?: boolean | undefined;
  /**
   * The property of the request that also holds the current user (without `userLookup`, the payload); `false`: none. The name
   * of a property that requests have already, such as `query`, is refused.
   * @default 'user'
   */
  requestProperty?: string | false | undefined;
  /**
   * Transports that the library does not know, each asked before the library's own.
   * @default []
   */
  transports?: readonly JwtTransport[] | undefined;
  /** Tokens of microservices. By default the token is `authorization` in the metadata of a message. */
  rpc?: RpcOptions | undefined;
  /** WebSockets, and GraphQL subscriptions. */
  sockets?: SocketOptions | undefined;
  /**
   * `true`: `JwtContextService` has the current user in every provider, and views have the variable `current_user`.
   * @default false
   */
  asyncContext?: boolean | undefined;
  /**
   * The longest accepted token, in characters. A longer one is refused before it is parsed.
   * @default 16384
   */
  maxTokenLength?: number | undefined;
  /**
   * The cache of verified tokens, which saves the signature check of a known token. All other checks are repeated for every
   * request. `false`: no cache.
   * @default on
   */
  cache?: CacheOptions | false | undefined;

  /**
   * Turns the identity that `TokenService` receives into the value of the identity claim. Flask: `user_identity_loader`.
   *
   * @example userIdentity: (user) => String((user as User).id)
   */
  userIdentity?(identity: unknown): unknown;
  /**
   * Further claims of new tokens: a plain object of JSON values. Claims of a single call win. Flask:
   * `additional_claims_loader`.
   *
   * @example additionalClaims: (user) => ({ role: (user as User).role })
   */
  additionalClaims?(identity: unknown): CallbackAnswer<object | null | undefined>;
  /**
   * Further header parameters of new tokens: a plain object of JSON values. Those of a single call win. Flask:
   * `additional_headers_loader`.
   */
  additionalHeaders?(identity: unknown): CallbackAnswer<object | null | undefined>;
  /** The key that signs a new token. Flask: `encode_key_loader`. */
  encodeKey?(identity: unknown): CallbackAnswer<KeyMaterial | EncodeKeyChoice>;
  /**
   * The key that verifies a token; `null`: no key, 422. Header and payload are not verified at this point: if keys belong to
   * tenants, return the tenant in `claims`. Flask: `decode_key_loader`.
   */
  decodeKey?(
    header: JoseHeader,
    unverifiedPayload: Readonly<Record<string, unknown>>,
    request?: HttpRequest,
  ): CallbackAnswer<KeyMaterial | DecodeKeyChoice | null | undefined>;
  /**
   * Whether a verified token is revoked: a truthy value refuses it. For open connections it is called every `connections.recheck`,
   * once for each token and without a request. Flask: `token_in_blocklist_loader`.
   */
  isTokenRevoked?(payload: JwtPayload, header: JoseHeader, request?: HttpRequest): CallbackAnswer<boolean>;
  /**
   * A check of your own. A falsy result refuses the token. An object is a `TypeError`, because it is always truthy. Flask:
   * `token_verification_loader`.
   */
  verifyToken?(
    payload: JwtPayload,
    header: JoseHeader,
    request?: HttpRequest,
  ): CallbackAnswer<boolean | string | number | bigint | null | undefined>;
  /** Loads the current user. `null` or `undefined` refuses the token. Flask: `user_lookup_loader`. */
  userLookup?(payload: JwtPayload, header: JoseHeader, request?: HttpRequest): unknown;
  /**
   * Your own responses to errors, by kind. `any` answers the kinds without one of their own. Flask: the seven error loaders.
   *
   * @example errorResponses: { any: (error, request) => ({ status: error.getStatus(), body: { path: request?.url } }) }
   */
  errorResponses?: Partial<Record<ErrorResponseOption, ErrorResponseCallback | undefined>> | undefined;
}
