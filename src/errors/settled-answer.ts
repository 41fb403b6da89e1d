import type { ErrorResponse } from './error-response.js';

// Both copies of this package (ESM and CommonJS) read the answer of an exception.
const ANSWER = Symbol.for('nestjs-jwt-extended.answer');

/** An answer that is final: nothing is left out. */
export type SettledAnswer = Readonly<Required<ErrorResponse>>;

/** The final answer of an exception; `undefined` before the options of the module have had their say. */
export function answerOf(exception: object): SettledAnswer | undefined {
  return (exception as { readonly [ANSWER]?: SettledAnswer })[ANSWER];
}

/** Writes the final answer on an exception. The first one stays. */
export function settleAnswer(exception: object, answer: SettledAnswer): void {
  if (answerOf(exception) === undefined) Object.defineProperty(exception, ANSWER, { value: answer });
}
