import type { ArgumentsHost } from '@nestjs/common';
import { nodeRequestOf } from './node-request.js';
import { OWN_TRANSPORTS, type Transports } from './transports.js';

const REGISTRY = Symbol.for('nestjs-jwt-extended.transports');

// One set for the process: `getJwtContext()` of both copies of this package (ESM and CommonJS) must find the keys.
const host = globalThis as { [REGISTRY]?: Set<Transports> };
const registry = (host[REGISTRY] ??= new Set());

/** Registers the transports of a module for `getJwtContext()`, `setJwtContext()` and the parameter decorators. */
export function registerTransports(transports: Transports): void {
  registry.add(transports);
}

/** Removes the transports of a closed module. */
export function unregisterTransports(transports: Transports): void {
  registry.delete(transports);
}

/** Whether the process has only one module. Then no other module can have checked a request. */
export function hasOneModule(): boolean {
  return registry.size < 2;
}

/** Whether a value is a context of Nest and not a request. */
export function isContext(value: object): value is ArgumentsHost {
  return typeof (value as Partial<ArgumentsHost>).switchToHttp === 'function';
}

/**
 * The keys under which the result of a check can be stored, the most likely first. The callers do not know the
 * module, so the custom transports of all modules are used.
 */
export function memoryKeysOf(contextOrRequest: object): readonly object[] {
  if (!isContext(contextOrRequest)) return [nodeRequestOf(contextOrRequest)];
  const keys: object[] = [];
  for (const { custom } of registry) {
    for (const transport of custom)
      if (transport.accepts(contextOrRequest)) keys.push(transport.keyOf(contextOrRequest));
  }
  const own = OWN_TRANSPORTS.find((transport) => transport.accepts(contextOrRequest));
  const key = own === undefined ? keyOfCall(contextOrRequest) : own.keyOf(contextOrRequest);
  if (key !== undefined) keys.push(key);
  return keys;
}

/**
 * The key of a call with an unknown transport, for tests that call `setJwtContext()`. It is the last argument that is an object.
 * Nest makes a new list of arguments for each guard, parameter and interceptor, but the arguments are the same.
 */
function keyOfCall(context: ArgumentsHost): object | undefined {
  return (context as Partial<ArgumentsHost>).getArgs?.<unknown[]>().findLast(isObject);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
