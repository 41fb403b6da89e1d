import { answering, type AnswerCheck, type AnyCallback } from '../types/callback-answer.js';
import type { Reader } from './option-section.js';
import { callback } from './readers.js';

/** A function, bound to its options, whose answers are checked; `undefined` when it is not set. */
export function callbackWith<Callback>(check: AnswerCheck): Reader<Callback | undefined> {
  return (section, name) => {
    const bound = callback<AnyCallback>(section, name);
    return bound === undefined ? undefined : (answering(bound, section.pathOf(name), check) as Callback);
  };
}
