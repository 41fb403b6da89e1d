import { brand } from './brand.js';
import { JwtExtendedException, type JwtExceptionDetails } from './jwt-extended.exception.js';

/** The request has no token and the route needs one: 401 (Flask-JWT-Extended: `NoAuthorizationError`). */
@brand('MissingTokenException')
export class MissingTokenException extends JwtExtendedException {}

/** The request has its token in a cookie, without the right double submit value: 401 (Flask-JWT-Extended: `CSRFError`). */
@brand('CsrfException')
export class CsrfException extends JwtExtendedException {}

/** The token has expired: 401 (Flask-JWT-Extended: `ExpiredSignatureError`). */
@brand('ExpiredTokenException')
export class ExpiredTokenException extends JwtExtendedException {
  constructor(message = 'Token has expired', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The token was revoked: 401 (Flask-JWT-Extended: `RevokedTokenError`). */
@brand('RevokedTokenException')
export class RevokedTokenException extends JwtExtendedException {
  constructor(message = 'Token has been revoked', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The route needs a fresh token and this one is not: 401 (Flask-JWT-Extended: `FreshTokenRequired`). */
@brand('FreshTokenRequiredException')
export class FreshTokenRequiredException extends JwtExtendedException {
  constructor(message = 'Fresh token required', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** `userLookup` finds no user for the token: 401 (Flask-JWT-Extended: `UserLookupError`). */
@brand('UserLookupException')
export class UserLookupException extends JwtExtendedException {}

/** `verifyToken` refused the claims: 400 (Flask-JWT-Extended: `UserClaimsVerificationError`). */
@brand('TokenVerificationException')
export class TokenVerificationException extends JwtExtendedException {
  constructor(message = 'User claims verification failed', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The token is valid, but lacks a scope or role that the route requires: 403 (RFC 6750 s.3.1). */
@brand('InsufficientScopeException')
export class InsufficientScopeException extends JwtExtendedException {
  constructor(message = 'Insufficient scope', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The token, or the header or parameter that holds it, is malformed, forged or for another audience: 422 (`JWTDecodeError`). */
@brand('InvalidTokenException')
export class InvalidTokenException extends JwtExtendedException {}

/** An access token on a refresh route, or a refresh token on an access route: 422 (Flask-JWT-Extended: `WrongTokenError`). */
@brand('WrongTokenTypeException')
export class WrongTokenTypeException extends InvalidTokenException {}

/** `JwtAuthModule`: no user has this name and password. The answer does not say which of them is wrong: 401. */
@brand('InvalidCredentialsException')
export class InvalidCredentialsException extends JwtExtendedException {
  constructor(message = 'Bad username or password', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** `JwtAuthModule`: the request has no name and password: 400. */
@brand('MalformedCredentialsException')
export class MalformedCredentialsException extends JwtExtendedException {
  constructor(message = 'Missing username or password', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The store does not respond. The token may be revoked, so it is refused: 503 with `Retry-After: 1`. */
@brand('RevocationUnavailableException')
export class RevocationUnavailableException extends JwtExtendedException {
  constructor(message = 'Token revocation status is unavailable', details?: JwtExceptionDetails) {
    super(message, details);
  }
}

/** The keys of the identity provider could not be fetched, so the token is refused: 503 with `Retry-After: 1`. */
@brand('KeysUnavailableException')
export class KeysUnavailableException extends JwtExtendedException {
  constructor(message = 'Token verification keys are unavailable', details?: JwtExceptionDetails) {
    super(message, details);
  }
}
