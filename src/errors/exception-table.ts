import type { ChallengeError } from './challenge.js';

/** The facts of one class of exceptions. */
export interface ExceptionFacts<Code = string, ResponseName = string> {
  /** The stable code for programs. */
  readonly code: Code;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The callback of the option `errorResponses` that may answer instead. */
  readonly responseName: ResponseName;
  /** The error code of the challenge (RFC 6750 s.3.1); `null` for none. */
  readonly challengeError: ChallengeError | null;
  /** Further header fields of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

const RETRY = { 'Retry-After': '1' };

/**
 * Every exception of the library. The table has the names of the classes, because bundlers rename classes. A new exception is one
 * entry here and one class in `exceptions.ts`.
 */
export const EXCEPTIONS = {
  ExpiredTokenException: {
    code: 'JWT_EXPIRED',
    status: 401,
    responseName: 'expiredToken',
    challengeError: 'invalid_token',
  },
  InvalidTokenException: {
    code: 'JWT_INVALID',
    status: 422,
    responseName: 'invalidToken',
    challengeError: 'invalid_token',
  },
  WrongTokenTypeException: {
    code: 'JWT_WRONG_TYPE',
    status: 422,
    responseName: 'invalidToken',
    challengeError: 'invalid_token',
  },
  MissingTokenException: { code: 'JWT_MISSING', status: 401, responseName: 'unauthorized', challengeError: null },
  CsrfException: { code: 'JWT_CSRF', status: 401, responseName: 'unauthorized', challengeError: 'invalid_request' },
  FreshTokenRequiredException: {
    code: 'JWT_NOT_FRESH',
    status: 401,
    responseName: 'needsFreshToken',
    challengeError: 'invalid_token',
  },
  RevokedTokenException: {
    code: 'JWT_REVOKED',
    status: 401,
    responseName: 'revokedToken',
    challengeError: 'invalid_token',
  },
  UserLookupException: {
    code: 'JWT_USER_LOOKUP',
    status: 401,
    responseName: 'userLookupError',
    challengeError: 'invalid_token',
  },
  TokenVerificationException: {
    code: 'JWT_CLAIMS_REJECTED',
    status: 400,
    responseName: 'tokenVerificationFailed',
    challengeError: 'invalid_token',
  },
  InsufficientScopeException: {
    code: 'JWT_INSUFFICIENT_SCOPE',
    status: 403,
    responseName: 'insufficientScope',
    challengeError: 'insufficient_scope',
  },
  InvalidCredentialsException: {
    code: 'JWT_BAD_CREDENTIALS',
    status: 401,
    responseName: 'badCredentials',
    challengeError: null,
  },
  MalformedCredentialsException: {
    code: 'JWT_MALFORMED_CREDENTIALS',
    status: 400,
    responseName: 'badCredentials',
    challengeError: null,
  },
  RevocationUnavailableException: {
    code: 'JWT_REVOCATION_UNAVAILABLE',
    status: 503,
    responseName: 'revocationUnavailable',
    challengeError: null,
    headers: RETRY,
  },
  KeysUnavailableException: {
    code: 'JWT_KEYS_UNAVAILABLE',
    status: 503,
    responseName: 'keysUnavailable',
    challengeError: null,
    headers: RETRY,
  },
} as const satisfies Record<string, ExceptionFacts>;

/** The name of an exception class, as in `error.name`. */
export type ExceptionName = keyof typeof EXCEPTIONS;

/** The `code` of an exception: stable across versions, for programs. */
export type JwtErrorCode = (typeof EXCEPTIONS)[ExceptionName]['code'];

/** The callbacks of the option `errorResponses`: Flask-JWT-Extended's seven error loaders, and more. */
export type ErrorResponseName = (typeof EXCEPTIONS)[ExceptionName]['responseName'];

/** The names of the option `errorResponses`: a callback for a kind of exceptions, and `any` for those without one of their own. */
export type ErrorResponseOption = ErrorResponseName | 'any';

/** The names of the callbacks that the option `errorResponses` takes. */
export const ERROR_RESPONSE_NAMES: readonly ErrorResponseOption[] = [
  ...new Set(Object.values(EXCEPTIONS).map(({ responseName }) => responseName)),
  'any',
];
