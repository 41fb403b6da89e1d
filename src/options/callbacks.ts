import { anyAnswer, revokedOrNot, userOrNone, verdict } from '../types/answer-checks.js';
import type { Awaitable } from '../types/awaitable.js';
import { callbackWith } from './callback-reader.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';
import type { Reader } from './option-section.js';

type CallbackName = {
  [Name in keyof JwtExtendedOptions]-?: NonNullable<JwtExtendedOptions[Name]> extends (...args: never[]) => unknown
    ? Name
    : never;
}[keyof JwtExtendedOptions];

/** A callback as the library calls it: its answer has arrived and is checked, or is a promise of that. */
type Checked<Callback, Value> = Callback extends (...args: infer Args) => unknown
  ? (...args: Args) => Awaitable<Value>
  : undefined;

/** What the callbacks return after their check. The others return any value, which its reader checks. */
interface CheckedAnswers {
  isTokenRevoked: boolean;
}

/** The callbacks, each bound to the options object; `undefined`: not set. */
export type Callbacks = {
  readonly [Name in CallbackName]?:
    | Checked<NonNullable<JwtExtendedOptions[Name]>, Name extends keyof CheckedAnswers ? CheckedAnswers[Name] : unknown>
    | undefined;
};

/** The options that are functions. */
export const CALLBACKS: { readonly [Name in CallbackName]: Reader<Callbacks[Name]> } = {
  userIdentity: callbackWith(anyAnswer),
  additionalClaims: callbackWith(anyAnswer),
  additionalHeaders: callbackWith(anyAnswer),
  encodeKey: callbackWith(anyAnswer),
  decodeKey: callbackWith(anyAnswer),
  isTokenRevoked: callbackWith(revokedOrNot),
  verifyToken: callbackWith(verdict),
  userLookup: callbackWith(userOrNone),
};
