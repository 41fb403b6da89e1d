import { STATUS_CODES } from 'node:http';
import { checkedAnswer, type CallbackAnswer } from '../types/callback-answer.js';
import type { Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { JwtExtendedException } from './jwt-extended.exception.js';

/**
 * A function as the option `errorFormat`: returns the body of the answer to an exception, or a promise or Observable of it. A
 * string is sent as it is, everything else as JSON. It is called without a request where `TokenService` throws.
 *
 * @example
 * const format: ErrorFormatCallback = (error, request) => ({ code: error.code, path: request?.url });
 */
export type ErrorFormatCallback = (error: JwtExtendedException, request?: HttpRequest) => CallbackAnswer<unknown>;

/** The names of the shapes that the body of an error can have. */
export const ERROR_FORMATS = ['flask', 'nest', 'problem'] as const;

/**
 * The shape of the body of an error: `'flask'` is `{ msg }`, `'nest'` is `{ statusCode, message, error, code }`, `'problem'` is
 * a problem document with `code` (RFC 9457).
 */
export type ErrorFormat = (typeof ERROR_FORMATS)[number];

/** What a shape is made of. */
export interface ErrorFacts {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** The option `errorMessageKey`. */
  readonly messageKey: string;
}

/** The body of an error, and the header fields that its shape needs. */
interface FormattedError {
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_BODY = Object.freeze({});

/** The media type of a problem document (RFC 9457 s.3). */
const PROBLEM = Object.freeze({ 'Content-Type': 'application/problem+json' });

const FORMATS: Readonly<Record<ErrorFormat, (facts: ErrorFacts) => FormattedError>> = {
  flask: ({ message, messageKey }) => ({ body: { [messageKey]: message }, headers: JSON_BODY }),
  nest: ({ status, message, code }) => ({
    body: { statusCode: status, message, error: STATUS_CODES[status], code },
    headers: JSON_BODY,
  }),
  // With the type `about:blank`, the title is the phrase of the status (RFC 9457 s.4.2.1).
  problem: ({ status, message, code }) => ({
    body: { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code },
    headers: PROBLEM,
  }),
};

/** The body of an error in one of the library's own shapes. */
export function formatted(format: ErrorFormat, facts: ErrorFacts): FormattedError {
  return FORMATS[format](facts);
}

/** The body from the application's function. A body that JSON cannot hold throws here, as an error of the application. */
export function bodyFrom(
  format: ErrorFormatCallback,
  error: JwtExtendedException,
  request: HttpRequest | undefined,
): Awaitable<unknown> {
  return checkedAnswer(format(error, request), 'errorFormat', requireBody);
}

function requireBody(body: unknown, name: string): unknown {
  if (typeof body === 'string' || JSON.stringify(body) !== undefined) return body;
  throw new TypeError(`${name} must return the body of the answer: a string, or a value that JSON can hold.`);
}
