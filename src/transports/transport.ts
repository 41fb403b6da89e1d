import type { ArgumentsHost, HttpServer } from '@nestjs/common';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HttpRequest } from '../types/http.js';

/**
 * How long the key of a context lives: for one handler call (an HTTP request), or for a connection with many calls (a
 * socket). With `'connection'` the guard checks every call again, since the token may have expired in between.
 */
export type KeyLifetime = 'call' | 'connection';

/**
 * Teaches the library a transport that it does not know: which request a context holds, by which key the result of a check
 * is remembered, and how a refusal leaves. The option `transports` takes a list; each is asked before the library's own.
 * The functions must answer at once.
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
  /** Whether a context belongs to this transport. An exception filter asks with an `ArgumentsHost`. */
  accepts(context: ArgumentsHost): boolean;
  /**
   * The request that holds the token. It needs `headers`, with names in lower case. `url` and `body` are read for the
   * locations `'query_string'` and `'json'`. Without `method` a token from a cookie needs its double submit value.
   */
  requestOf(context: ArgumentsHost): HttpRequest;
  /** The object by which the result of the check is remembered. It must be the same object in every context of one call. */
  keyOf(context: ArgumentsHost): object;
  /**
   * How long the object of `keyOf` lives.
   *
   * @default 'connection', so that every call is checked
   */
  lifetimeOf?(context: ArgumentsHost): KeyLifetime;
  /**
   * A token that the transport holds in a place of its own, such as the data of a message. It is used before the locations
   * of the option `tokenLocation`, unless the route names `locations`; `getJwtContext()` has the location `'transport'`.
   */
  tokenOf?(context: ArgumentsHost): string | null | undefined;
  /**
   * What the guard throws instead of the exception, in a form that the callers of this transport understand.
   *
   * @default the exception itself
   */
  refuse?(error: JwtExtendedException, context: ArgumentsHost): unknown;
}

/** A transport of the library: the same contract, and what only the library needs. */
export interface Transport extends JwtTransport {
  /** `request`: what `requestOf` answered, where the caller has it. */
  keyOf(context: ArgumentsHost, request?: HttpRequest): object;
  lifetimeOf(context: ArgumentsHost): KeyLifetime;
  /** Sends an exception that a handler threw. Without it, the exception filter throws the exception on. */
  answer?(exception: JwtExtendedException, host: ArgumentsHost, adapter: HttpServer): void;
}
