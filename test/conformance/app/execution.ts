import 'reflect-metadata';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';

/** The execution context of the running handler, as a guard or an interceptor gets it. */
export const CurrentContext = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

interface ParameterMetadata {
  readonly factory: (data: unknown, context: ExecutionContext) => unknown;
  readonly data: unknown;
}

/** Reads one of the library's parameter decorators by hand, so that a handler can catch what it throws. */
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
