import type { ContextOf, PayloadOf, UserOf } from '../types/jwt-types.js';
import type { AllowCallback, JwtRequirement } from '../types/requirement.js';

/** The requirement of a route with the types of an application. */
export type TypedRequirement<T> = Omit<JwtRequirement, 'allow'> & {
  /** Decides last, with the token and its user; anything but `true` is 403. Default: every token passes. */
  readonly allow?: AllowCallback<ContextOf<T>> | undefined;
};

/** Whether two types are the same. */
type IsSame<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Whether a parameter has exactly this type, and so does not accept its absence. */
type Needs<Parameters, Value> = unknown extends Value
  ? false
  : Parameters extends readonly [infer First, ...infer Others]
    ? IsSame<First, Value> extends true
      ? true
      : Needs<Others, Value>
    : false;

/** An error of the compiler for a handler that needs a user or claims, on a route that also serves anonymous requests. */
type Anonymous<Method, T> = Method extends (...args: infer Parameters) => unknown
  ? Needs<Required<Parameters>, UserOf<T>> extends true
    ? {
        /** The type that the parameter must have. */
        readonly 'on an optional route the user can be null': UserOf<T> | null;
      }
    : Needs<Required<Parameters>, PayloadOf<T>> extends true
      ? {
          /** The type that the parameter must have. */
          readonly 'on an optional route the claims can be missing': Partial<PayloadOf<T>>;
        }
      : unknown
  : unknown;

/** A decorator for the methods of an optional route. */
type OptionalRouteDecorator<T> = <Method>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> & Anonymous<Method, T>,
) => void;

/**
 * `@JwtRequired()` with the types of an application. The compiler checks the parameters of a decorated method, and not those of the
 * methods of a decorated class.
 */
export type TypedJwtRequired<T> = <const Optional extends boolean | undefined = undefined>(
  requirement?: TypedRequirement<T> & {
    /** Also serves requests without a token. A token in the request must still be valid. Default `false`. */
    readonly optional?: Optional;
  },
) => ClassDecorator & ([Optional] extends [false | undefined] ? MethodDecorator : OptionalRouteDecorator<T>);
