import type { ArgumentsHost, HttpServer } from '@nestjs/common';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HttpRequest } from '../types/http.js';

/**
 * The lifetime of the key of a context: one handler call (an HTTP request), or a connection with many calls (a
 * socket). With `'connection'` the guard checks every call again, because the token may have expired.
 */
export type KeyLifetime = 'call' | 'connection';

/**
 * Defines a transport: the request of a context, the key under which the result of a check is stored, and the form of a
 * refusal. The option `transports` is a list, which is tried before the library's own transports. The functions must be
 * synchronous.
 *
 * @example
 * const queue: JwtTransport = {
 *   accepts: (context) => context.getType<string>() === 'queue',
 *   requestOf: (context) => ({ headers: context.getArgByIndex<Message>(0).headers }),
 *   keyOf: (context) => context.getArgByIndex<Message>(0),
 *   refuse: ({ code, message }) => new QueueError(code, message),
 * };
 */
export interface JwtTransport {
  /** Whether a context belongs to this transport. An exception filter calls it with an `ArgumentsHost`. */
  accepts(context: ArgumentsHost): boolean;
  /**
   * The request with the token. It needs `headers`, with names in lower case. `url` and `body` are read for the
   * locations `'query_string'` and `'json'`. Without `method` a token from a cookie needs its double submit value.
   */
  requestOf(context: ArgumentsHost): HttpRequest;
  /** The object under which the result of the check is stored. It must be the same object in every context of one call. */
  keyOf(context: ArgumentsHost): object;
  /**
   * The lifetime of the object of `keyOf`.
   *
   * @default 'connection', so that every call is checked
   */
  lifetimeOf?(context: ArgumentsHost): KeyLifetime;
  /**
   * A token in a location of the transport itself, such as the data of a message. It is used before the locations
   * of the option `tokenLocation`, unless the route names `locations`; `getJwtContext()` has the location `'transport'`.
   */
  tokenOf?(context: ArgumentsHost): string | null | undefined;
  /**
   * Converts an exception into the error that the guard throws, in a form that the callers of this transport understand.
   *
   * @default the exception itself
   */
  refuse?(error: JwtExtendedException, context: ArgumentsHost): unknown;
}

/** A transport of the library: the same contract, and functions for the library itself. */
export interface Transport extends JwtTransport {
  /** `request` is the result of `requestOf`, if the caller has it. */
  keyOf(context: ArgumentsHost, request?: HttpRequest): object;
  lifetimeOf(context: ArgumentsHost): KeyLifetime;
  /** Whether the handlers of one call run in parallel. Then they share a check that is not finished. Default `false`. */
  readonly isParallel?: boolean;
  /** The object of one operation: the request, or an operation of a socket. Without it, each message is an operation. */
  operationOf?(context: ArgumentsHost): object;
  /** Whether each operation runs in promises of its own. Then the guard itself can begin it. Default `false`. */
  readonly runsInPromises?: boolean;
  /** Whether a connection has one token for all its calls, which is verified once. Default `false`. */
  readonly holdsToken?: boolean;
  /** Sends an exception of a handler. Without this function, the exception filter rethrows the exception. */
  answer?(exception: JwtExtendedException, host: ArgumentsHost, adapter: HttpServer): void;
}
