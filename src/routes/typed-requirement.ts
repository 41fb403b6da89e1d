import type { ContextOf, PayloadOf, UserOf } from '../types/jwt-types.js';
import type { AllowCallback, JwtRequirement } from '../types/requirement.js';

/** The requirement of a route with the types of an application. */
export type TypedRequirement<T> = Omit<JwtRequirement, 'allow'> & {
  /** Decides last, with the token and its user; anything but `true` is 403. Default: every token passes. */
  readonly allow?: AllowCallback<ContextOf<T>> | undefined;
};

/** Whether a parameter has exactly this type, and so does not accept that it is absent. */
export type HasParameterOf<Value, Parameters> = unknown extends Value
  ? false
  : Parameters extends readonly [infer First, ...infer Others]
    ? (<T>() => T extends First ? 1 : 2) extends <T>() => T extends Value ? 1 : 2
      ? true
      : HasParameterOf<Value, Others>
    : false;

/**
 * A decorator for the methods of a route that also serves anonymous requests. A method that needs a user or claims is an error of the
 * compiler, which shows the type that the parameter must have.
 */
export type OptionalRouteDecorator<T> = <Method>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (Method extends (...args: infer Parameters) => unknown
      ? HasParameterOf<UserOf<T>, Required<Parameters>> extends true
        ? {
            /** The type that the parameter must have. */
            readonly 'on an optional route the user can be null': UserOf<T> | null;
          }
        : HasParameterOf<PayloadOf<T>, Required<Parameters>> extends true
          ? {
              /** The type that the parameter must have. */
              readonly 'on an optional route the claims can be missing': Partial<PayloadOf<T>>;
            }
          : unknown
      : unknown),
) => void;

/**
 * `@JwtRequired()` with the types of an application. The compiler checks the parameters of a decorated method, and not those of the
 * methods of a decorated class.
 */
export type TypedJwtRequired<T> = <const Optional extends boolean | undefined = undefined>(
  requirement?: TypedRequirement<T> & {
    /** Also serves requests without a token. A token in the request must still be valid. Default `false`. */
    readonly optional?: Optional | undefined;
  },
) => ClassDecorator & ([Optional] extends [false | undefined] ? MethodDecorator : OptionalRouteDecorator<T>);
