import {
  EXCEPTIONS,
  type ErrorResponseName,
  type ExceptionFacts,
  type ExceptionName,
  type JwtErrorCode,
} from './exception-table.js';

// This value must never change: the ESM and CommonJS copies of this package recognise each other's exceptions by it.
const BRAND = Symbol.for('nestjs-jwt-extended.exception');

interface Branded {
  readonly [BRAND]?: string;
}

const FAMILY = 'JwtExtendedException';

/** Writes the name of an exception class on its prototype, so that the other copy of this package recognises it. */
export function brand(name: ExceptionName | typeof FAMILY) {
  return (target: { prototype: object }): void => {
    Object.defineProperty(target.prototype, BRAND, { value: name });
  };
}

/** The name on a prototype itself. `undefined` for a class of the application. */
export function ownBrand(prototype: object): string | undefined {
  // A property descriptor would cost more than the rest of an exception.
  return Object.hasOwn(prototype, BRAND) ? (prototype as Branded)[BRAND] : undefined;
}

/** The facts of an exception. A class of the application has the facts of the class that it extends. */
export function factsOf(prototype: object): ExceptionFacts<JwtErrorCode, ErrorResponseName> {
  const name = (prototype as Branded)[BRAND] ?? FAMILY;
  if (Object.hasOwn(EXCEPTIONS, name)) return EXCEPTIONS[name as ExceptionName];
  throw new TypeError(
    'JwtExtendedException has no code and no status of its own. Extend one of its classes, for example InvalidTokenException.',
  );
}
