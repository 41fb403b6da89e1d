import type { ExecutionContext } from '@nestjs/common';
import { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { Transport } from '../transports/transport.js';
import type { Transports } from '../transports/transports.js';
import type { HttpRequest } from '../types/http.js';

/** The call of a handler: what its transport says about its context. */
export class HandlerCall {
  readonly request: HttpRequest;
  /** By this object the result of the check is remembered. */
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

  /** Whether a check of this call counts for the rest of it. On a connection another call may follow much later. */
  get isOneCall(): boolean {
    return this.transport.lifetimeOf(this.context) === 'call';
  }

  /** A token that the transport holds outside of the request; `null` without one. */
  get token(): string | null {
    // An empty text is no token, as in every other location.
    return this.transport.tokenOf?.(this.context) || null;
  }

  /** What the guard throws for an exception, in the form of the transport. Other errors are the application's own. */
  refusalOf(error: unknown): unknown {
    if (this.transport.refuse === undefined || !(error instanceof JwtExtendedException)) return error;
    return this.transport.refuse(error, this.context) ?? error;
  }
}

/** The call behind a context that needs a token; throws where no transport can read one. */
export function callOf(context: ExecutionContext, transports: Transports): HandlerCall {
  const transport = transports.find(context);
  if (transport !== null) return new HandlerCall(context, transport);
  const type = context.getType<string>();
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} requires a token, and tokens cannot be read from a ` +
      `"${type}" context yet. Mark it @Public() and check the token in the handler with TokenService.verify(), or give ` +
      `JwtExtendedModule a transport that accepts "${type}" (option transports).`,
  );
}
