import type { ArgumentsHost } from '@nestjs/common';
import { CustomTransport } from './custom-transport.js';
import { graphql } from './graphql.js';
import { http } from './http.js';
import { rpcTransport, type RpcTokenCallback } from './rpc.js';
import type { JwtTransport, Transport } from './transport.js';
import { websocket } from './websocket.js';

/** The transports of the library. A further transport is one file and one line here. */
function ownTransports(rpcToken: RpcTokenCallback | null): readonly Transport[] {
  return [http, graphql, websocket, rpcTransport(rpcToken)];
}

/** The same for every module, because no option changes the key of a call. */
export const OWN_TRANSPORTS = ownTransports(null);

/** The transports of one module: those of its option `transports`, then the library's own. */
export class Transports {
  readonly custom: readonly Transport[];
  private readonly all: readonly Transport[];

  constructor(custom: readonly JwtTransport[], rpcToken: RpcTokenCallback | null = null) {
    this.custom = custom.map((transport, index) => new CustomTransport(transport, `transports[${index}]`));
    this.all = [...this.custom, ...ownTransports(rpcToken)];
  }

  /** The transport of a context. `null` if no transport accepts it. */
  find(context: ArgumentsHost): Transport | null {
    for (const transport of this.all) if (transport.accepts(context)) return transport;
    return null;
  }
}
