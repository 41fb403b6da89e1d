import { brand, JwtExtendedException, type ExceptionKind, type JwtExceptionDetails } from './jwt-extended.exception.js';

const MISSING: ExceptionKind = {
  code: 'JWT_MISSING',
  status: 401,
  responseName: 'unauthorized',
  challengeError: null,
};
const CSRF: ExceptionKind = {
  code: 'JWT_CSRF',
  status: 401,
  responseName: 'unauthorized',
  challengeError: 'invalid_request',
};
const EXPIRED: ExceptionKind = {
  code: 'JWT_EXPIRED',
  status: 401,
  responseName: 'expiredToken',
  challengeError: 'invalid_token',
};
const REVOKED: ExceptionKind = {
  code: 'JWT_REVOKED',
  status: 401,
  responseName: 'revokedToken',
  challengeError: 'invalid_token',
};
const NOT_FRESH: ExceptionKind = {
  code: 'JWT_NOT_FRESH',
  status: 401,
  responseName: 'needsFreshToken',
  challengeError: 'invalid_token',
};
const USER_LOOKUP: ExceptionKind = {
  code: 'JWT_USER_LOOKUP',
  status: 401,
  responseName: 'userLookupError',
  challengeError: 'invalid_token',
};
const CLAIMS_REJECTED: ExceptionKind = {
  code: 'JWT_CLAIMS_REJECTED',
  status: 400,
  responseName: 'tokenVerificationFailed',
  challengeError: 'invalid_token',
};
const INVALID: ExceptionKind = {
  code: 'JWT_INVALID',
  status: 422,
  responseName: 'invalidToken',
  challengeError: 'invalid_token',
};
const WRONG_TYPE: ExceptionKind = { ...INVALID, code: 'JWT_WRONG_TYPE' };
const REVOCATION_UNAVAILABLE: ExceptionKind = {
  code: 'JWT_REVOCATION_UNAVAILABLE',
  status: 503,
  responseName: 'revocationUnavailable',
  challengeError: null,
  headers: { 'Retry-After': '1' },
};
const KEYS_UNAVAILABLE: ExceptionKind = {
  ...REVOCATION_UNAVAILABLE,
  code: 'JWT_KEYS_UNAVAILABLE',
  responseName: 'keysUnavailable',
};

/** No token where one is needed: 401 (Flask-JWT-Extended: `NoAuthorizationError`). */
@brand('MissingTokenException')
export class MissingTokenException extends JwtExtendedException {
  constructor(message: string, details?: JwtExceptionDetails) {
    super(MISSING, message, details);
  }
}

/** A token from a cookie without the right double submit value: 401 (Flask-JWT-Extended: `CSRFError`). */
@brand('CsrfException')
export class CsrfException extends JwtExtendedException {
  constructor(message: string, details?: JwtExceptionDetails) {
    super(CSRF, message, details);
  }
}

/** A good token whose time is over: 401 (Flask-JWT-Extended: `ExpiredSignatureError`). */
@brand('ExpiredTokenException')
export class ExpiredTokenException extends JwtExtendedException {
  constructor(message = 'Token has expired', details?: JwtExceptionDetails) {
    super(EXPIRED, message, details);
  }
}

/** A token that was revoked: 401 (Flask-JWT-Extended: `RevokedTokenError`). */
@brand('RevokedTokenException')
export class RevokedTokenException extends JwtExtendedException {
  constructor(message = 'Token has been revoked', details?: JwtExceptionDetails) {
    super(REVOKED, message, details);
  }
}

/** A token that is not fresh on a route that asks for it: 401 (Flask-JWT-Extended: `FreshTokenRequired`). */
@brand('FreshTokenRequiredException')
export class FreshTokenRequiredException extends JwtExtendedException {
  constructor(message = 'Fresh token required', details?: JwtExceptionDetails) {
    super(NOT_FRESH, message, details);
  }
}

/** `userLookup` knows nobody by the token's identity: 401 (Flask-JWT-Extended: `UserLookupError`). */
@brand('UserLookupException')
export class UserLookupException extends JwtExtendedException {
  constructor(message: string, details?: JwtExceptionDetails) {
    super(USER_LOOKUP, message, details);
  }
}

/** `verifyToken` refused the claims: 400 (Flask-JWT-Extended: `UserClaimsVerificationError`). */
@brand('TokenVerificationException')
export class TokenVerificationException extends JwtExtendedException {
  constructor(message = 'User claims verification failed', details?: JwtExceptionDetails) {
    super(CLAIMS_REJECTED, message, details);
  }
}

/** A token, or what should hold one, that is malformed, forged or not for here: 422 (`JWTDecodeError` and others). */
@brand('InvalidTokenException')
export class InvalidTokenException extends JwtExtendedException {
  constructor(message: string, details?: JwtExceptionDetails, kind: ExceptionKind = INVALID) {
    super(kind, message, details);
  }
}

/** An access token on a refresh route or the other way round: 422 (Flask-JWT-Extended: `WrongTokenError`). */
@brand('WrongTokenTypeException')
export class WrongTokenTypeException extends InvalidTokenException {
  constructor(message: string, details?: JwtExceptionDetails) {
    super(message, details, WRONG_TYPE);
  }
}

/** Nobody can say whether the token is revoked, so it is not let in: 503 with `Retry-After: 1`. */
@brand('RevocationUnavailableException')
export class RevocationUnavailableException extends JwtExtendedException {
  constructor(message = 'Token revocation status is unavailable', details?: JwtExceptionDetails) {
    super(REVOCATION_UNAVAILABLE, message, details);
  }
}

/** No key of the token's identity provider could be fetched yet, so it is not let in: 503 with `Retry-After: 1`. */
@brand('KeysUnavailableException')
export class KeysUnavailableException extends JwtExtendedException {
  constructor(message = 'Token verification keys are unavailable', details?: JwtExceptionDetails) {
    super(KEYS_UNAVAILABLE, message, details);
  }
}
