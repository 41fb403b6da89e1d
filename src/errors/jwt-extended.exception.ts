import { HttpException } from '@nestjs/common';
import { ownValue, type JoseHeader, type JwtPayload } from '../types/claims.js';
import { brand, factsOf, ownBrand } from './brand.js';
import { withChallenge, type ChallengeSource } from './challenge.js';
import type { ErrorResponseName, JwtErrorCode } from './exception-table.js';
import { ANSWER, CHALLENGE, type SettledAnswer } from './settled-answer.js';

const BEARER: ChallengeSource = Object.freeze({ scheme: 'Bearer', realm: null });

/** The details of an exception. */
export interface JwtExceptionDetails {
  /** The claims of the token, if its signature was verified. */
  payload?: JwtPayload | undefined;
  /** The JOSE header of the token, if its signature was verified. */
  header?: JoseHeader | undefined;
  /** The error that led to this one. */
  cause?: unknown;
  /** The scopes that the route requires. The challenge of an `InsufficientScopeException` names them. */
  scopes?: readonly string[] | undefined;
}

/** The `extensions` of a GraphQL error about a token. */
export interface JwtErrorExtensions {
  /** The code of Apollo for the status: 403, 503, and every other one. */
  readonly code: 'FORBIDDEN' | 'SERVICE_UNAVAILABLE' | 'UNAUTHENTICATED';
  /** The code of the exception, such as `JWT_EXPIRED`. */
  readonly jwt: JwtErrorCode;
}

/**
 * The base of every exception about a token. It has the response to the caller (status, body, headers), so that
 * any exception filter can send it. `instanceof` holds across the ESM and CommonJS copies of this package.
 *
 * @example
 * if (error instanceof JwtExtendedException) logger.warn(error.code);
 */
export abstract class JwtExtendedException extends HttpException {
  /** The kind of refusal, for programs: `JWT_EXPIRED`, `JWT_INVALID`, … Stable across versions. */
  readonly code: JwtErrorCode;
  /** The scopes that the route requires. Only an `InsufficientScopeException` has them. */
  readonly scopes?: readonly string[];
  /** The callback of the option `errorResponses` that answers this exception. */
  readonly responseName: ErrorResponseName;
  // Private fields, because logs print the properties of an error. They take a third of the time of hidden properties.
  #answer: SettledAnswer | undefined;
  #challenge = BEARER;
  readonly #payload: JwtPayload | undefined;
  readonly #header: JoseHeader | undefined;

  /** @throws TypeError when a class extends `JwtExtendedException` itself and not one of the exceptions. */
  constructor(message: string, details: JwtExceptionDetails = {}) {
    const { code, status, responseName } = factsOf(new.target.prototype);
    // A stack trace costs more than the check of a token, and an attacker decides how many are made. Code and message
    // say where the token failed.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(message, status, { cause: ownValue(details, 'cause') });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.name = ownBrand(new.target.prototype) ?? new.target.name;
    this.stack = `${this.name}: ${message}`;
    this.code = code;
    this.responseName = responseName;
    this.#payload = ownValue(details, 'payload') as JwtPayload | undefined;
    this.#header = ownValue(details, 'header') as JoseHeader | undefined;
    this.scopes = ownValue(details, 'scopes') as readonly string[] | undefined;
  }

  /** The claims of the token. `undefined` if no signature was verified. Printing the exception does not show them. */
  get payload(): JwtPayload | undefined {
    return this.#payload;
  }

  /** The JOSE header of the token. `undefined` if no signature was verified. */
  get header(): JoseHeader | undefined {
    return this.#header;
  }

  /**
   * The final response. `undefined` until the options of the module have determined it. It is set once, and once more if a
   * callback had no request.
   *
   * @internal
   */
  get [ANSWER](): SettledAnswer | undefined {
    return this.#answer;
  }

  /** @internal */
  set [ANSWER](answer: SettledAnswer) {
    if ((this.#answer?.withoutRequest ?? null) !== null || this.#answer === undefined) this.#answer = answer;
  }

  /**
   * The scheme and the realm of the challenge, for the callbacks that read `headers`.
   *
   * @internal
   */
  set [CHALLENGE](source: ChallengeSource) {
    this.#challenge = source;
  }

  /** The header fields of the answer. Every 401 has `WWW-Authenticate` (RFC 6750 s.3). */
  get headers(): Readonly<Record<string, string>> {
    if (this.#answer !== undefined) return this.#answer.headers;
    const facts = factsOf(this);
    const { status, challengeError } = facts;
    const headers = (ownValue(facts, 'headers') ?? {}) as Readonly<Record<string, string>>;
    return withChallenge(headers, status, this.#challenge, challengeError, this);
  }

  /** The `extensions` of a GraphQL error of this exception. */
  get extensions(): JwtErrorExtensions {
    const { status } = factsOf(this);
    const code = status === 403 ? 'FORBIDDEN' : status === 503 ? 'SERVICE_UNAVAILABLE' : 'UNAUTHENTICATED';
    return { code, jwt: this.code };
  }

  /** The HTTP status of the answer. */
  override getStatus(): number {
    return this.#answer?.status ?? factsOf(this).status;
  }

  /** The body of the answer. */
  override getResponse(): string | object {
    return (this.#answer ? this.#answer.body : { msg: this.message }) as string | object;
  }

  /** Compares brands instead of classes, because the ESM and CommonJS copies of this package can have their own classes. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const own = ownBrand(this.prototype);
    if (own === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    for (let link: unknown = value; link !== null && typeof link === 'object'; link = Object.getPrototypeOf(link)) {
      if (ownBrand(link) === own) return true;
    }
    return false;
  }
}

brand('JwtExtendedException')(JwtExtendedException);
