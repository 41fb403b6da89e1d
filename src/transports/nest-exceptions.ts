import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { refusalBody } from '../errors/refusal-body.js';
import { watchRmqServer } from './rabbitmq.js';

/** The kinds of handlers for which Nest has an exception class of its own. */
export type MessageKind = 'ws' | 'rpc';

type Exports = Readonly<Record<string, unknown>>;

type ExceptionClass = new (error: object) => Error;

/** The packages are optional peers, so no code imports them by a fixed name. */
const SOURCES: Readonly<Record<MessageKind, { readonly package: string; readonly name: string }>> = {
  ws: { package: '@nestjs/websockets', name: 'WsException' },
  rpc: { package: '@nestjs/microservices', name: 'RpcException' },
};

const classes = new Map<MessageKind, ExceptionClass>();

const originals = new WeakMap<object, JwtExtendedException>();

/** Loads `WsException` or `RpcException`. If the package cannot be loaded, refusals are the exceptions of this library. */
export async function loadNestException(kind: MessageKind): Promise<void> {
  const source = SOURCES[kind];
  try {
    const loaded = (await import(/* webpackIgnore: true */ source.package)) as Exports & { readonly default?: Exports };
    // A CommonJS package has its exports in `default`, at least.
    const exports = source.name in loaded ? loaded : (loaded.default ?? {});
    const exception = exports[source.name];
    if (typeof exception === 'function') classes.set(kind, exception as ExceptionClass);
    watchRmqServer(exports.ServerRMQ);
  } catch {
    // An application in one file has no such package. The filter for messages answers with the same object.
  }
}

/** The exception that the guard throws for a message: a `WsException` or `RpcException`, if its class was loaded. */
export function nestRefusal(kind: MessageKind, error: JwtExtendedException, body: object = refusalBody(error)): Error {
  const Exception = classes.get(kind);
  if (Exception === undefined) return error;
  const refusal = new Exception(body);
  originals.set(refusal, error);
  return refusal;
}

/** The exception of this library that a value is, or that `nestRefusal()` converted. `null` for every other value. */
export function originalOf(value: unknown): JwtExtendedException | null {
  return (isObject(value) ? originals.get(value) : undefined) ?? null;
}

/** The type of refusals by `nestRefusal()`, for the decorator of an exception filter. No value is an instance by its class. */
export class NestRefusal {
  static [Symbol.hasInstance](value: unknown): boolean {
    return originalOf(value) !== null;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
