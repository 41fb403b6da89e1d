import type { ErrorResponse } from './error-response.js';

/** A final response with all its parts. */
export interface SettledAnswer extends Readonly<Required<ErrorResponse>> {
  /** The responder that called a callback without the request, so it calls it again with one. `null` for a final response. */
  readonly withoutRequest: object | null;
}

/**
 * Where the challenge of an exception comes from, before its response is final. Its name is a symbol for the same reasons as
 * that of the final response.
 */
export const CHALLENGE: unique symbol = Symbol.for('nestjs-jwt-extended.challenge');

/**
 * The final response of an exception. Its name is a symbol, so that it is not a public member. It is the same symbol in both
 * copies of this package (ESM and CommonJS), because each copy handles the exceptions of the other.
 */
export const ANSWER: unique symbol = Symbol.for('nestjs-jwt-extended.answer');
