import { HttpException } from '@nestjs/common';
import type { JoseHeader, JwtPayload } from '../types/claims.js';
import { challenge, type ChallengeError } from './challenge.js';
import type { ErrorResponse, ErrorResponseName } from './error-response.js';

/** What an exception can be given besides its message. */
export interface JwtExceptionDetails {
  /** The claims of the token, where one was read. */
  payload?: JwtPayload;
  /** The JOSE header of the token, where one was read. */
  header?: JoseHeader;
  /** The error underneath. */
  cause?: unknown;
}

/** What sets one kind of failure apart from the others. */
export interface ExceptionKind {
  readonly code: string;
  readonly status: number;
  readonly responseName: ErrorResponseName;
  readonly challengeError: ChallengeError | null;
  readonly headers?: Readonly<Record<string, string>>;
}

// Fixed for ever: the ESM and the CommonJS copy of this package know each other's exceptions by it.
const BRAND = Symbol.for('nestjs-jwt-extended.exception');

/**
 * Every failure to do with a token. It carries the answer it is to get (status, body, headers), so that any filter can
 * send it. `instanceof` holds across the ESM and CommonJS copies of this package.
 */
export abstract class JwtExtendedException extends HttpException {
  /** What went wrong, for programs: `JWT_EXPIRED`, `JWT_INVALID`, … Stable across versions. */
  readonly code: string;
  /** The claims of the token, where one was read (unverified ones never are). */
  readonly payload?: JwtPayload;
  /** The JOSE header of the token, where one was read. */
  readonly header?: JoseHeader;
  /** Which entry of the option `errorResponses` answers this. */
  readonly responseName: ErrorResponseName;
  private readonly kind: ExceptionKind;
  private answer?: Required<ErrorResponse>;

  constructor(kind: ExceptionKind, message: string, details: JwtExceptionDetails = {}) {
    // Whoever sends bad tokens chooses how often this happens, and where it does is no news: the code and message say it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(message, kind.status, { cause: details.cause });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.name = new.target.name;
    this.stack = `${this.name}: ${message}`;
    this.code = kind.code;
    this.responseName = kind.responseName;
    this.payload = details.payload;
    this.header = details.header;
    this.kind = kind;
    Object.defineProperty(this, 'kind', { enumerable: false });
    Object.defineProperty(this, 'answer', { enumerable: false, writable: true, value: undefined });
  }

  /** Whether the answer is final; before that, the library's defaults stand in. */
  get isAnswered(): boolean {
    return this.answer !== undefined;
  }

  /** The header fields of the answer; on every 401 `WWW-Authenticate` (RFC 6750 s.3). */
  get headers(): Readonly<Record<string, string>> {
    return this.answer?.headers ?? this.headersFor(this.kind.status, 'Bearer', this.kind.headers);
  }

  /** The HTTP status of the answer. */
  override getStatus(): number {
    return this.answer?.status ?? this.kind.status;
  }

  /** The body of the answer. */
  override getResponse(): string | object {
    return (this.answer ? this.answer.body : { msg: this.message }) as string | object;
  }

  /** Settles the answer, once: what the application's options say about this failure. */
  settleAnswer(response: ErrorResponse | null, options: { messageKey: string; scheme: string }): this {
    const answer = response ?? {
      status: this.kind.status,
      body: { [options.messageKey]: this.message },
      headers: this.kind.headers,
    };
    this.answer = { ...answer, headers: this.headersFor(answer.status, options.scheme, answer.headers) };
    return this;
  }

  private headersFor(status: number, scheme: string, headers: Readonly<Record<string, string>> = {}) {
    const named = Object.keys(headers).some((name) => name.toLowerCase() === 'www-authenticate');
    if (status !== 401 || named) return headers;
    return { ...headers, 'WWW-Authenticate': challenge(scheme, this.kind.challengeError, this.message) };
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const own = Object.getOwnPropertyDescriptor(this.prototype, BRAND)?.value as string | undefined;
    if (own === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    for (let link: unknown = value; link !== null && typeof link === 'object'; link = Object.getPrototypeOf(link)) {
      if (Object.getOwnPropertyDescriptor(link, BRAND)?.value === own) return true;
    }
    return false;
  }
}

/** Marks a class of the family, so that the other copy of this package knows it. */
export function brand(name: string) {
  return (target: { prototype: object }): void => {
    Object.defineProperty(target.prototype, BRAND, { value: name });
  };
}

brand('JwtExtendedException')(JwtExtendedException);
