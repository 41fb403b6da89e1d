import type { ErrorResponse } from './error-response.js';

/** An answer that is final: nothing is left out. */
export type SettledAnswer = Readonly<Required<ErrorResponse>>;

/**
 * The final answer of an exception. The name is a symbol, so that it is no public member. It is the same symbol in both
 * copies of this package (ESM and CommonJS), since each settles the exceptions of the other.
 */
export const ANSWER: unique symbol = Symbol.for('nestjs-jwt-extended.answer');
