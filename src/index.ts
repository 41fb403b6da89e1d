export { JwtExtendedModule } from './jwt-extended.module.js';
export {
  JWT_EXTENDED_OPTIONS,
  type JwtExtendedModuleAsyncOptions,
  type JwtExtendedOptionsFactory,
} from './module/module-definition.js';
export type { JwtExtendedModuleExtras } from './options/module-extras.js';
export { JwksModule, type JwksModuleOptions } from './jwks.module.js';
export { JwtGuard } from './jwt.guard.js';
export { JwtExceptionFilter } from './jwt-exception.filter.js';

export {
  defineJwt,
  type TypedAdditionalClaims,
  type TypedJwt,
  type TypedJwtOptions,
  type TypedUserLookup,
} from './define-jwt.js';
export { JwtRequired, Public } from './routes/route.decorators.js';
export { CurrentUser, Jwt, JwtHeader, JwtIdentity, type TokenParamDecorator } from './context/param.decorators.js';

export { describeAccess } from './access/describe-access.js';
export type { AccessRequirement, AccessRow } from './access/access-row.js';
export type { AccessKind, AccessTransport } from './access/entry-points.js';

export { JwtAuthenticator, type AuthenticateTokenOptions } from './authentication/jwt-authenticator.js';
export { getJwtContext, setJwtContext, type JwtContextLike } from './context/jwt-context.js';
export { JwtContextService } from './context/jwt-context.service.js';
export { JwtEvents } from './events/jwt-events.js';
export type {
  ConnectionEndedEvent,
  JwtEvent,
  JwtEventOf,
  TokenIssuedEvent,
  TokenRefreshedEvent,
  TokenRefusedEvent,
  TokenReusedEvent,
  TokenRevokedEvent,
} from './events/jwt-event.js';
export { JwtConnections, type ConnectionInfo } from './connections/jwt-connections.js';
export type { ConnectionKind } from './connections/live-connection.js';
export type { JwtTransport, KeyLifetime } from './transports/transport.js';

export { authenticateSockets } from './sockets/authenticate-sockets.js';
export type { SocketAuthentication } from './sockets/socket-authentication.js';

export { TokenService } from './token.service.js';
export type {
  AccessTokenOptions,
  DeniedTokenInfo,
  ListSessionsOptions,
  RevokeAllOptions,
  RevokeOptions,
  RotateTokenOptions,
  SessionInfo,
  SessionInfoPage,
  SessionPageOptions,
  TokenOptions,
  TokenPair,
  TokenPairOptions,
  TokenReference,
  UnverifiedToken,
  VerifyOptions,
} from './token-options.js';
export type { SetCookieOptions, UnsetCookieOptions } from './cookies/cookie-attributes.js';
export { TokenCookieService } from './cookies/token-cookie.service.js';
export { KeyRing, type NewKey, type RotateOptions } from './keys/key-ring.js';
export type { PublicJwk } from './keys/public-jwk.js';
export type { VerifiedToken } from './tokens/verified-token.js';

export { MemoryRevocationStore, type MemoryRevocationStoreOptions } from './stores/memory/memory-revocation.store.js';
export { RevocationEvents } from './sessions/revocation-events.js';
export type { RefreshRepeatEvent, RefreshReuseEvent, RevocationEvent } from './types/revocation-event.js';

export type { BoundClaims, DecodeKeyChoice, EncodeKeyChoice, KeyMaterial, KeyOptions } from './options/key-options.js';
export type { CacheOptions } from './options/cache-options.js';
export type { JwtExtendedOptions } from './options/jwt-extended-options.js';
export type { ConnectionOptions } from './options/connection-options.js';
export type { CookieName, CookieOptions } from './options/cookie-options.js';
export type { CsrfNames, CsrfOptions } from './options/csrf-options.js';
export type { EncodeDecode } from './options/claim-options.js';
export type { HeaderOptions, JsonOptions, QueryStringOptions } from './options/location-options.js';
export type { IdentityProviderOptions } from './options/identity-provider-options.js';
export type { LocalCacheOptions, RevocationOptions } from './options/revocation-options.js';
export type { RotationOptions } from './options/rotation-options.js';
export type { RpcOptions } from './options/rpc-options.js';
export type { RpcTokenCallback } from './transports/rpc.js';
export type { SocketOptions } from './options/socket-options.js';
export type { Duration, DurationFields, DurationUnit } from './options/duration.js';
export { duration } from './options/duration-variable.js';
export { optionsFromFlaskConfig, type FlaskConfigOptions } from './options/flask-config.js';

export {
  JwtExtendedException,
  type JwtErrorExtensions,
  type JwtExceptionDetails,
} from './errors/jwt-extended.exception.js';
export {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InsufficientScopeException,
  InvalidCredentialsException,
  InvalidTokenException,
  KeysUnavailableException,
  MalformedCredentialsException,
  MissingTokenException,
  RevocationUnavailableException,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
} from './errors/exceptions.js';
export type { ErrorFormat, ErrorFormatCallback } from './errors/error-format.js';
export type { ErrorResponse } from './errors/error-response.js';
export type { ErrorResponseName, ErrorResponseOption, JwtErrorCode } from './errors/exception-table.js';
export type { ErrorResponseCallback } from './errors/error-responder.js';

export type { JwtAlgorithm } from './types/algorithms.js';
export type { Awaitable } from './types/awaitable.js';
export type { CallbackAnswer } from './types/callback-answer.js';
export type { JoseHeader, JwtPayload } from './types/claims.js';
export type { HttpRequest, HttpResponse } from './types/http.js';
export type { JwtContext } from './types/jwt-context.js';
export type {
  ContextOf,
  HasJwtTypes,
  IdentityOf,
  JwtTypes,
  LibraryClaims,
  NewClaimsOf,
  PayloadOf,
  UserOf,
} from './types/jwt-types.js';
export type {
  AnyPipe,
  HandlerParameter,
  ParameterDecoratorFor,
  ParameterIndexFor,
  TypedClaimsDecorator,
  TypedUserDecorator,
} from './context/typed-decorators.js';
export type {
  HasParameterOf,
  OptionalRouteDecorator,
  TypedJwtRequired,
  TypedRequirement,
} from './routes/typed-requirement.js';
export type {
  StandardSchema,
  StandardSchemaIssue,
  StandardSchemaProperties,
  StandardSchemaResult,
} from './types/standard-schema.js';
export type { AllowCallback, JwtRequirement } from './types/requirement.js';
export type { TokenExtractor, TokenLocation, TokenSource } from './types/token-location.js';
