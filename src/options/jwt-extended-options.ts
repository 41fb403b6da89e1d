import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { ErrorResponseCallback } from '../errors/error-responder.js';
import type { ErrorResponseName } from '../errors/exception-table.js';
import type { RefreshReuseEvent } from '../types/revocation-event.js';
import type { RevocationStore } from '../stores/revocation-store.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import type { Awaitable } from '../types/awaitable.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { TokenLocation } from '../types/requirement.js';
import type { Duration } from './duration.js';

/** A key: text or bytes (a secret, PEM, DER, a JWK as JSON), a JWK (RFC 7517), or a prepared `KeyObject`. */
export type KeyMaterial = string | Uint8Array | KeyObject | JsonWebKey;

/** An HMAC secret: text, bytes, a JWK of `kty: 'oct'`, or a prepared `KeyObject`. */
export type HmacSecret = KeyMaterial;

/** A key of a ring. */
export interface KeyOptions {
  /**
   * Its name, `kid` in the header of its tokens (RFC 7515 s.4.1.4); `null`: for tokens without a `kid`. Default: that of
   * the JWK, or the thumbprint of the public key (RFC 7638).
   */
  kid?: string | null;
  /** The secret, the private key (which also verifies), or for `use: 'verify'` the public key. */
  key: KeyMaterial;
  /** The one algorithm it is good for. */
  algorithm: JwtAlgorithm;
  /** `'sign'` for the one key of new tokens. */
  use: 'sign' | 'verify';
  /** Until when it verifies: a `Date`, or seconds since 1970; default for ever. */
  notAfter?: Date | number;
}

/** Claims that go with a key, by name: `{ tenant: 'acme' }`. */
export type BoundClaims = Readonly<Record<string, string | number | boolean>>;

/** A key that `decodeKey` chose, and what it is good for. */
export interface DecodeKeyChoice {
  /** The secret or public key. */
  key: KeyMaterial;
  /** The one algorithm it is good for; default: those of `algorithm` and `decodeAlgorithms` that fit. */
  algorithm?: JwtAlgorithm;
  /** What a token has to say to be taken with this key: the tenant whose key it is. Anything else is 422. */
  claims?: BoundClaims;
}

/** A key that `encodeKey` chose, and what goes with it. */
export interface EncodeKeyChoice {
  /** The secret or private key. */
  key: KeyMaterial;
  /** Default: the option `algorithm`. */
  algorithm?: JwtAlgorithm;
  /** What the token says, as `decodeKey` asks for it; other claims of these names are refused. */
  claims?: BoundClaims;
  /** `kid` in the header, for `decodeKey` to find the key by. */
  kid?: string;
}

/** An identity provider whose tokens are taken: Auth0, Keycloak, Cognito, Entra, or a service that publishes its keys. */
export interface IdentityProviderOptions {
  /**
   * What its tokens say in `iss`, to the letter. Without `uri` also where its configuration is found: https, with
   * `/.well-known/openid-configuration` behind it (OpenID Connect Discovery 1.0).
   */
  issuer?: string;
  /** Where its keys are, as a JWK Set (RFC 7517 s.5); default: as its configuration says. */
  uri?: string;
  /**
   * What its tokens have to say in `aud`, one match is enough; `false`: its tokens have none. Without it the application
   * warns at its start, for tokens made for any other application are taken.
   */
  audience?: string | readonly string[] | false;
  /** What its tokens are signed with; default RS*, PS*, ES* and EdDSA, each key as it says itself. HMAC is refused. */
  algorithms?: readonly JwtAlgorithm[];
  /** How long fetching the keys may take; default `'5s'`. */
  timeout?: Duration;
  /** How long after fetching an unknown `kid` causes no other request; default `'30s'`. */
  cooldown?: Duration;
  /** The longest the keys are used before they are fetched again, whatever `Cache-Control` says; default `'1h'`. */
  maxAge?: Duration;
  /** For how much longer they are used while they cannot be fetched; default `'24h'`. */
  maxStale?: Duration;
  /** The longest document that is read, in bytes; default `524288`. */
  maxBytes?: number;
  /** Take http addresses of other machines too; default `false`. */
  allowInsecure?: boolean;
  /** What fetches, for a proxy or a certificate authority of your own; default Node's `fetch`. */
  fetch?: typeof fetch;
}

/** A value for making tokens and one for checking them. */
export interface EncodeDecode<Encode, Decode> {
  /** What new tokens say. */
  encode?: Encode;
  /** What a token has to say; one match is enough. */
  decode?: Decode;
}

/** The request a callback is called for; absent when `TokenService` was called outside of one. */
export type CallbackRequest = HttpRequest;

/** The header a token comes in. */
export interface HeaderOptions {
  /** The header's name; default `Authorization` (`JWT_HEADER_NAME`). */
  name?: string;
  /** The scheme before the token; `''` for none; default `Bearer` (`JWT_HEADER_TYPE`). */
  type?: string;
  /** Take the scheme in any case, as RFC 9110 s.11.1 has it; default `false`, as Flask. */
  caseInsensitive?: boolean;
}

/** The query parameter a token comes in. */
export interface QueryStringOptions {
  /** The parameter's name; default `jwt` (`JWT_QUERY_STRING_NAME`). */
  name?: string;
  /** What has to precede the token; default `''` (`JWT_QUERY_STRING_VALUE_PREFIX`). */
  valuePrefix?: string;
}

/** The members of a JSON body that hold tokens. */
export interface JsonOptions {
  /** Default `access_token` (`JWT_JSON_KEY`). */
  accessKey?: string;
  /** Default `refresh_token` (`JWT_REFRESH_JSON_KEY`). */
  refreshKey?: string;
}

/** Name and path of a cookie. */
export interface CookieName {
  /** Default `access_token_cookie` / `refresh_token_cookie` (`JWT_ACCESS_COOKIE_NAME`, `JWT_REFRESH_COOKIE_NAME`). */
  name?: string;
  /** Default `/` (`JWT_ACCESS_COOKIE_PATH`, `JWT_REFRESH_COOKIE_PATH`). */
  path?: string;
}

/** The cookies tokens come in, and their attributes (RFC 6265bis). */
export interface CookieOptions {
  /** The access token's cookie. */
  access?: CookieName;
  /** The refresh token's cookie. */
  refresh?: CookieName;
  /** `Domain`; default none: the host alone (`JWT_COOKIE_DOMAIN`). */
  domain?: string | null;
  /** `Secure`: https only; default `true` (`JWT_COOKIE_SECURE`, which defaults to False). */
  secure?: boolean;
  /** `SameSite`; `false` leaves it out; default `'lax'` (`JWT_COOKIE_SAMESITE`, which defaults to None). */
  sameSite?: 'lax' | 'strict' | 'none' | false;
  /** `true`: gone with the browser's session; `false`: kept for 31540000 s; default `true` (`JWT_SESSION_COOKIE`). */
  session?: boolean;
  /** `Partitioned` (CHIPS); default `false`. */
  partitioned?: boolean;
}

/** Where the double submit value of one kind of token is. */
export interface CsrfNames {
  /** Default `X-CSRF-TOKEN` (`JWT_ACCESS_CSRF_HEADER_NAME`, `JWT_REFRESH_CSRF_HEADER_NAME`). */
  headerName?: string;
  /** Default `csrf_token` (`JWT_ACCESS_CSRF_FIELD_NAME`, `JWT_REFRESH_CSRF_FIELD_NAME`). */
  fieldName?: string;
  /** Default `csrf_access_token` / `csrf_refresh_token` (`JWT_ACCESS_CSRF_COOKIE_NAME`, …). */
  cookieName?: string;
  /** Default `/` (`JWT_ACCESS_CSRF_COOKIE_PATH`, `JWT_REFRESH_CSRF_COOKIE_PATH`). */
  cookiePath?: string;
}

/** The double submit protection of tokens in cookies. */
export interface CsrfOptions {
  /** The methods it is demanded for, in any case; default `POST PUT PATCH DELETE` (`JWT_CSRF_METHODS`). */
  methods?: readonly string[];
  /** Also set a cookie scripts can read; default `true` (`JWT_CSRF_IN_COOKIES`). */
  inCookies?: boolean;
  /** Look into a form field when the header is missing; default `false` (`JWT_CSRF_CHECK_FORM`). */
  checkForm?: boolean;
  /** For access tokens. */
  access?: CsrfNames;
  /** For refresh tokens. */
  refresh?: CsrfNames;
}

/** Bounds of the memory of verified tokens. */
export interface CacheOptions {
  /** How many tokens at most; default `20000`. */
  maxTokens?: number;
  /** How many bytes of memory they may take, about; default 16 MiB. */
  maxBytes?: number;
}

/** Where sessions and revoked tokens are kept. */
export interface RevocationOptions {
  /** `new MemoryRevocationStore()` for one process, a shared one for several, or your own. */
  store: RevocationStore;
  /** How long a request waits for the store before it is answered 503; default `'1s'`. */
  timeout?: Duration;
  /** Remember what the store answered about access tokens; default off: every request asks. */
  local?: LocalCacheOptions;
}

/** A memory of what the store answered about access tokens. Never used for refresh tokens, rotation or log-out. */
export interface LocalCacheOptions {
  /** How much older than the truth an answer may be at most. */
  staleness: Duration;
  /**
   * Let the store tell of changes, so that they are seen in milliseconds and other requests cost no round trip:
   * `RedisRevocationStore` over node-redis. While the connection for it is lost or silent, every request asks. Default `false`.
   */
  push?: boolean;
  /** How many answers are remembered; default `10000`. */
  maxEntries?: number;
}

/** How refresh tokens are replaced (RFC 9700 s.4.14.2). */
export interface RotationOptions {
  /** For how long the replaced token is still answered with its successor; `0` is strict; default `'10s'`. */
  grace?: Duration;
  /** How long a session lives at most; default no limit. */
  maxAge?: Duration;
  /** How long a session lives without being refreshed; default no limit but the refresh token's own. */
  idle?: Duration;
  /** How many sessions a user may have; the longest unused ones end; default any number. */
  maxPerUser?: number;
  /** Take refresh tokens that were made elsewhere: their first rotation opens a session; default `false`. */
  adopt?: boolean;
  /** Called when a replaced refresh token was presented and its session was ended; what it throws is logged. */
  onReuse?(event: RefreshReuseEvent): unknown;
}

/** The options of `JwtExtendedModule.forRoot()`; a wrong or unknown one stops the start with a `TypeError`. */
export interface JwtExtendedOptions {
  /** The HMAC secret, or a list whose first signs and all verify; required for HS* (`JWT_SECRET_KEY`). */
  secret?: HmacSecret | readonly HmacSecret[];
  /** The key that signs, for RS*, PS*, ES* and EdDSA: PEM, JWK or `KeyObject` (`JWT_PRIVATE_KEY`). */
  privateKey?: KeyMaterial;
  /** The key that verifies; default: of `privateKey`. Alone: tokens are verified, and none can be made (`JWT_PUBLIC_KEY`). */
  publicKey?: KeyMaterial;
  /** Several keys with a name and an algorithm each, instead of `secret`, `privateKey`, `publicKey` and `algorithm`. */
  keys?: readonly KeyOptions[];
  /** Identity providers whose tokens are taken too; without keys of its own the application only verifies. */
  jwks?: IdentityProviderOptions | readonly IdentityProviderOptions[];
  /** The algorithm of new tokens; default `'HS256'` (`JWT_ALGORITHM`). */
  algorithm?: JwtAlgorithm;
  /** The algorithms accepted, all for one kind of key; `algorithm` always is; default `[algorithm]` (`JWT_DECODE_ALGORITHMS`). */
  decodeAlgorithms?: readonly JwtAlgorithm[];
  /** Take an HMAC secret shorter than the hash, against RFC 7518 s.3.2; default `false`. */
  allowWeakSecret?: boolean;
  /** Lifetime of access tokens; `false`: for ever; default `'15m'` (`JWT_ACCESS_TOKEN_EXPIRES`). */
  accessTokenExpires?: Duration | false;
  /** Lifetime of refresh tokens; `false`: for ever; default `'30d'` (`JWT_REFRESH_TOKEN_EXPIRES`). */
  refreshTokenExpires?: Duration | false;
  /** How far clocks may differ when `exp`, `nbf` and `iat` are checked; default `0` (`JWT_DECODE_LEEWAY`). */
  leeway?: Duration;
  /** `iss`: one value for both, or apart; default none (`JWT_ENCODE_ISSUER`, `JWT_DECODE_ISSUER`). */
  issuer?: string | EncodeDecode<string | null, string | readonly string[]>;
  /** `aud`: one value (or list) for both, or apart; default none (`JWT_ENCODE_AUDIENCE`, `JWT_DECODE_AUDIENCE`). */
  audience?: string | readonly string[] | EncodeDecode<string | readonly string[] | null, string | readonly string[]>;
  /** Put `nbf` into new tokens; default `true` (`JWT_ENCODE_NBF`). */
  encodeNotBefore?: boolean;
  /** `sub`, if there, has to be a string (RFC 7519 s.4.1.2); default `true` (`JWT_VERIFY_SUB`). */
  verifySubject?: boolean;
  /** The claim that holds the identity; default `'sub'` (`JWT_IDENTITY_CLAIM`). */
  identityClaim?: string;
  /** Claims every token must have besides the identity, e.g. `['exp', 'jti']`; default none. */
  requiredClaims?: readonly string[];
  /** The member of an error's body that holds the message; default `'msg'` (`JWT_ERROR_MESSAGE_KEY`). */
  errorMessageKey?: string;
  /** Where tokens are looked for, in this order; default `'headers'` (`JWT_TOKEN_LOCATION`). */
  tokenLocation?: TokenLocation | readonly TokenLocation[];
  /** Tokens in a header. */
  header?: HeaderOptions;
  /** Tokens in the query string. */
  queryString?: QueryStringOptions;
  /** Tokens in a JSON body. */
  json?: JsonOptions;
  /** Tokens in cookies. */
  cookies?: CookieOptions;
  /** The double submit protection of tokens in cookies; `false` switches it off (`JWT_COOKIE_CSRF_PROTECT`). */
  csrf?: CsrfOptions | false;
  /** Renew the access cookie of a request whose token expires within this time; default `false`. */
  implicitRefresh?: { within: Duration } | false;
  /** Where sessions and revoked tokens are kept; default none. */
  revocation?: RevocationOptions;
  /** How refresh tokens are replaced; needs a store. */
  rotation?: RotationOptions;
  /** The claim that names a token's session; default `'sid'`. */
  sessionClaim?: string;
  /** `true`: every route needs an access token unless it is `@Public()`; default `false`. */
  requireByDefault?: boolean;
  /** The property of the request that also holds the current user; `false`: none; default `'user'`. */
  requestProperty?: string | false;
  /** The longest token looked at, in characters; default `16384`. */
  maxTokenLength?: number;
  /** How many verified tokens are remembered, to spare their next signature check; `false`: none. All else is checked anew. */
  cache?: CacheOptions | false;

  /** Turns what `TokenService` is given into the identity claim's value (`user_identity_loader`). */
  userIdentity?(identity: unknown): unknown;
  /** Further claims of new tokens; those given per call win (`additional_claims_loader`). */
  additionalClaims?(identity: unknown): Awaitable<object | null | undefined>;
  /** Further header parameters of new tokens; those given per call win (`additional_headers_loader`). */
  additionalHeaders?(identity: unknown): Awaitable<object | null | undefined>;
  /** The key a new token is signed with (`encode_key_loader`). */
  encodeKey?(identity: unknown): Awaitable<KeyMaterial | EncodeKeyChoice>;
  /**
   * The key a token is checked with, chosen by what it says before it is verified (`decode_key_loader`). Nobody vouches for
   * that yet: where keys belong to tenants, name the tenant in `claims`. `null`: no key, 422.
   */
  decodeKey?(
    header: JoseHeader,
    unverifiedPayload: Readonly<Record<string, unknown>>,
    request?: CallbackRequest,
  ): Awaitable<KeyMaterial | DecodeKeyChoice | null | undefined>;
  /** Whether a good token was revoked (`token_in_blocklist_loader`). */
  isTokenRevoked?(payload: JwtPayload, header: JoseHeader, request?: CallbackRequest): Awaitable<boolean>;
  /** Your own check of the claims; anything falsy refuses (`token_verification_loader`). */
  verifyToken?(payload: JwtPayload, header: JoseHeader, request?: CallbackRequest): Awaitable<unknown>;
  /** Loads the current user; `null` or `undefined` refuses (`user_lookup_loader`). */
  userLookup?(payload: JwtPayload, header: JoseHeader, request?: CallbackRequest): unknown;
  /** Your own answers to failures, by their kind (the seven error loaders). */
  errorResponses?: Partial<Record<ErrorResponseName, ErrorResponseCallback>>;
}
