import { STATUS_CODES } from 'node:http';
import type { ErrorResponse } from '../errors/error-response.js';
import type { JwtErrorCode } from '../errors/exception-table.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HttpRequest } from '../types/http.js';
import type { TokenExtractor } from '../types/token-location.js';
import { HEADER_FAULTS } from './flask-jwt-header.js';
import { faultOfForm, faultOfPayload, type PyJwtRules } from './pyjwt-faults.js';

/** An exception as the `JWTError` of Flask-JWT. */
export interface FlaskJwtError {
  /** The HTTP status: 401, or 403 and 503 for what Flask-JWT does not have. */
  readonly statusCode: number;
  /** The kind of fault, such as `Invalid token`. */
  readonly error: string;
  /** The fault, such as `Signature has expired`. */
  readonly description: string;
  /** The challenge; `null` for every fault but a missing token. */
  readonly headers: Readonly<Record<string, string>> | null;
}

const NO_TOKEN = 'Authorization Required';
const NO_TOKEN_DESCRIPTION = 'Request does not contain an access token';
const BAD_SIGNATURE = 'Signature verification failed';

/** The kinds of fault by code. Every other one is an invalid token. */
const KINDS: Readonly<Partial<Record<JwtErrorCode, readonly [error: string, description: string]>>> = {
  JWT_MISSING: [NO_TOKEN, NO_TOKEN_DESCRIPTION],
  JWT_EXPIRED: ['Invalid token', 'Signature has expired'],
  JWT_USER_LOOKUP: ['Invalid JWT', 'User does not exist'],
  JWT_BAD_CREDENTIALS: ['Bad Request', 'Invalid credentials'],
  JWT_MALFORMED_CREDENTIALS: ['Bad Request', 'Invalid credentials'],
};

/** Messages about the form of a token, which PyJWT reads less strictly. */
const OF_FORM =
  /^(?:Not enough segments|Too many segments|Invalid header string|Invalid (?:header|payload|crypto) padding)/;

/** Messages about an algorithm for which there is no key. */
const OF_ALGORITHM: readonly string[] = ['Algorithm not specified', 'No key for this token'];

/** Messages that PyJWT 1.4 has in the same words, or does not have. */
const AS_IT_IS =
  /^(?:Signature verification failed|Token must be|Token is longer|Key ID|The b64|Invalid 'crit'|Unsupported critical)/;

/** Turns exceptions into the errors of Flask-JWT, with the texts of PyJWT 1.4. */
export class FlaskJwtErrors {
  private readonly headerFaults: readonly string[] = Object.values(HEADER_FAULTS);
  /** The tokens by request. PyJWT's texts depend on the token, and an exception has none. */
  private readonly tokens = new WeakMap<HttpRequest, string>();

  constructor(private readonly rules: PyJwtRules) {}

  /** The function that finds tokens, which also remembers them for the texts. */
  remembering(extract: TokenExtractor): TokenExtractor {
    return (request) => {
      const token = extract(request);
      if (typeof token === 'string') this.tokens.set(request, token);
      return token;
    };
  }

  errorOf(exception: JwtExtendedException, request?: HttpRequest): FlaskJwtError {
    const [error, description] = this.texts(exception, request);
    const challenge = error === NO_TOKEN ? exception.headers['WWW-Authenticate'] : undefined;
    return {
      statusCode: statusOf(exception),
      error,
      description,
      headers: challenge === undefined ? null : { 'WWW-Authenticate': challenge },
    };
  }

  /** The answer of Flask-JWT. Only a missing token has a challenge. */
  responseOf(exception: JwtExtendedException, request?: HttpRequest): ErrorResponse {
    const { statusCode, error, description, headers } = this.errorOf(exception, request);
    return {
      status: statusCode,
      body: { status_code: statusCode, error, description },
      headers: { ...exception.headers, 'WWW-Authenticate': '', ...headers },
    };
  }

  private texts(exception: JwtExtendedException, request?: HttpRequest): readonly [string, string] {
    const { code, message } = exception;
    if (this.headerFaults.includes(message)) return ['Invalid JWT header', message];
    const kind = KINDS[code];
    if (kind !== undefined) return kind;
    if (statusOf(exception) !== 401) return [STATUS_CODES[statusOf(exception)] as string, message];
    return ['Invalid token', this.descriptionOf(exception, request)];
  }

  private descriptionOf({ code, message }: JwtExtendedException, request?: HttpRequest): string {
    if (code !== 'JWT_INVALID' && code !== 'JWT_CLAIMS_REJECTED') return message;
    if (OF_ALGORITHM.includes(message)) return 'The specified alg value is not allowed';
    const token = request === undefined ? undefined : this.tokens.get(request);
    if (token === undefined || AS_IT_IS.test(message)) return message;
    // A token that PyJWT reads in spite of its form has another text than the one that was signed.
    if (OF_FORM.test(message)) return faultOfForm(token) ?? BAD_SIGNATURE;
    return faultOfPayload(token, this.rules, Math.floor(Date.now() / 1000)) ?? message;
  }
}

/** Flask-JWT answers every fault of a token 401. It has no scopes and no store. */
function statusOf(exception: JwtExtendedException): number {
  const { code } = exception;
  if (code === 'JWT_INSUFFICIENT_SCOPE') return 403;
  return code === 'JWT_REVOCATION_UNAVAILABLE' || code === 'JWT_KEYS_UNAVAILABLE' ? 503 : 401;
}
