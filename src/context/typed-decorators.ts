import type { PipeTransform, Type } from '@nestjs/common';

/** A pipe, or its class. */
export type AnyPipe = PipeTransform | Type<PipeTransform>;

/** The type of the parameter that a decorator is on. */
export type HandlerParameter<Target, Key, Index extends number> = Key extends keyof Target
  ? Target[Key] extends (...args: infer Parameters) => unknown
    ? Parameters[Index]
    : unknown
  : unknown;

/** The index of a parameter that accepts a value. Otherwise an error of the compiler that shows the type of the value. */
export type ParameterIndexFor<Value, Parameter, Index> = [Value] extends [Parameter]
  ? Index
  : Index & {
      /** The type that the parameter must accept. */
      readonly 'this parameter must accept': Value;
    };

/**
 * A decorator for parameters that accept a value. TypeScript passes the class, the name of the method and the index of the parameter
 * as types, so it finds the type of the parameter. It finds none for a private method.
 */
export type ParameterDecoratorFor<Value> = <
  Target extends object,
  Key extends PropertyKey | undefined,
  Index extends number,
>(
  target: Target,
  key: Key,
  index: ParameterIndexFor<Value, HandlerParameter<Target, Key, Index>, Index>,
) => void;

/** `@CurrentUser()` for one type of user. The compiler cannot follow the value of a pipe, so it does not check it. */
export interface TypedUserDecorator<User> {
  /** The current user. */
  (): ParameterDecoratorFor<User>;
  /** One property of the current user. */
  <Name extends keyof User & string>(name: Name): ParameterDecoratorFor<User[Name]>;
  /** The current user, through pipes. */
  (pipe: AnyPipe, ...pipes: AnyPipe[]): ParameterDecorator;
  /** One property of the current user, through pipes. */
  (name: keyof User & string, pipe: AnyPipe, ...pipes: AnyPipe[]): ParameterDecorator;
}

/** `@Jwt()` for one type of claims. */
export interface TypedClaimsDecorator<Payload> {
  /** The claims. */
  (): ParameterDecoratorFor<Payload>;
  /** One claim. */
  <Name extends keyof Payload & string>(name: Name): ParameterDecoratorFor<Payload[Name]>;
  /** The claims, through pipes. */
  (pipe: AnyPipe, ...pipes: AnyPipe[]): ParameterDecorator;
  /** One claim, through pipes. */
  (name: keyof Payload & string, pipe: AnyPipe, ...pipes: AnyPipe[]): ParameterDecorator;
}
