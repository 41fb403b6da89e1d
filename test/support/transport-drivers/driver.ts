import type { JwtExtendedModuleExtras, JwtExtendedOptions, JwtRequirement } from 'nestjs-jwt-extended';
import type { Program } from '../programs.js';

/** The handlers that each driver serves, with their requirements. Each handler returns `{ identity }` of `getJwtContext()`. */
export const HANDLERS = {
  plain: {},
  fresh: { fresh: true },
  refresh: { refresh: true },
  scoped: { scopes: 'orders:write' },
  optional: { optional: true },
} as const satisfies Record<string, JwtRequirement>;

export type HandlerName = keyof typeof HANDLERS;

/** The identity that the handler has seen (`null` on an anonymous call), or the refusal. */
export type CallAnswer = { readonly ok: unknown } | { readonly code: string; readonly message: string };

/** A transport that serves the handlers and calls them as a client does. */
export interface TransportDriver {
  /** The name of the transport, such as `TCP`. */
  readonly name: string;
  /** The server that the transport needs. */
  readonly program?: Program;
  /** Starts the servers and an application with these options of the module. They need no secret: it is the one of `forge()`. */
  start(options?: JwtExtendedOptions & JwtExtendedModuleExtras): Promise<RunningTransport>;
}

/** A running application and its client. */
export interface RunningTransport {
  /** Calls a handler with a token, or without one. */
  call(handler: HandlerName, token: string | null): Promise<CallAnswer>;
  /** Closes the client, the application and the servers. */
  close(): Promise<void>;
}
