import type { ExecutionContext } from '@nestjs/common';
import { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { Transport } from '../transports/transport.js';
import type { Transports } from '../transports/transports.js';
import type { HttpRequest } from '../types/http.js';

/** The call of a handler: the request, the key and the lifetime that its transport reads from the context. */
export class HandlerCall {
  readonly request: HttpRequest;
  /** The key under which the result of the check is stored. */
  readonly key: object;

  constructor(
    readonly context: ExecutionContext,
    private readonly transport: Transport,
  ) {
    this.request = transport.requestOf(context);
    this.key = transport.keyOf(context, this.request);
  }

  get handler(): object {
    return this.context.getHandler();
  }

  get controller(): object {
    return this.context.getClass();
  }

  /** Whether a check counts for the rest of this call. On a connection another call can follow much later. */
  get isOneCall(): boolean {
    return this.transport.lifetimeOf(this.context) === 'call';
  }

  /** Whether the token belongs to the connection, and not to this call alone. */
  get holdsToken(): boolean {
    return this.transport.holdsToken === true && !this.isOneCall;
  }

  /** Whether other handlers of the same call can be waiting for a check now. */
  get isParallel(): boolean {
    return this.transport.isParallel === true;
  }

  /** A token that the transport holds outside of the request; `null` without one. */
  get token(): string | null {
    // An empty string is not a token, as in every other location.
    return this.transport.tokenOf?.(this.context) || null;
  }

  /** Converts an exception of the library into the form of the transport. Other errors are not converted. */
  refusalOf(error: unknown): unknown {
    if (this.transport.refuse === undefined || !(error instanceof JwtExtendedException)) return error;
    return this.transport.refuse(error, this.context) ?? error;
  }
}

/** The call of a context that requires a token. @throws Error if no transport can read a token from the context. */
export function callOf(context: ExecutionContext, transports: Transports): HandlerCall {
  const transport = transports.find(context);
  if (transport !== null) return new HandlerCall(context, transport);
  const type = context.getType<string>();
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} requires a token, and tokens cannot be read from a ` +
      `"${type}" context yet. Mark it @Public() and check the token in the handler with JwtAuthenticator.authenticateToken(), or give ` +
      `JwtExtendedModule a transport that accepts "${type}" (option transports).`,
  );
}
