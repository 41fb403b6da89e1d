import type { JwtExtendedOptions } from './jwt-extended-options.js';
import type { Reader } from './option-section.js';
import { callback } from './readers.js';

type CallbackName = {
  [Name in keyof JwtExtendedOptions]-?: NonNullable<JwtExtendedOptions[Name]> extends (...given: never[]) => unknown
    ? Name
    : never;
}[keyof JwtExtendedOptions];

/** The callbacks, each bound to the options object; `undefined`: not set. */
export type Callbacks = Readonly<Pick<JwtExtendedOptions, CallbackName>>;

/** The options that are functions. */
export const CALLBACKS: { readonly [Name in CallbackName]: Reader<JwtExtendedOptions[Name]> } = {
  userIdentity: callback,
  additionalClaims: callback,
  additionalHeaders: callback,
  encodeKey: callback,
  decodeKey: callback,
  isTokenRevoked: callback,
  verifyToken: callback,
  userLookup: callback,
};
