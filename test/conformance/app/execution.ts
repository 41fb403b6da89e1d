import 'reflect-metadata';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';

/** The execution context of the running handler. Guards and interceptors get the same one. */
export const CurrentContext = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

interface ParameterMetadata {
  readonly factory: (data: unknown, context: ExecutionContext) => unknown;
  readonly data: unknown;
}

/** Calls a parameter decorator of the library, so that a handler can catch its exception. */
export function readParameter(decorator: ParameterDecorator, context: ExecutionContext): unknown {
  class Probe {
    handle(): void {}
  }
  decorator(Probe.prototype, 'handle', 0);
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, Probe, 'handle') as Record<string, ParameterMetadata>;
  const [parameter] = Object.values(parameters);
  if (!parameter) throw new Error('The decorator registers no parameter with Nest.');
  return parameter.factory(parameter.data, context);
}
