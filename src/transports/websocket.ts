import type { ArgumentsHost } from '@nestjs/common';
import { handshakeOf } from './handshakes.js';
import { nestRefusal } from './nest-exceptions.js';
import type { Transport } from './transport.js';

/**
 * Messages of gateways, with socket.io and `ws`. The token is that of the handshake, and it is verified once. The arguments are
 * `[client, data, …]`.
 */
export const websocket: Transport = {
  accepts: (host) => (host as Partial<ArgumentsHost>).getType?.<string>() === 'ws',
  requestOf: (host) => handshakeOf(clientOf(host)),
  keyOf: clientOf,
  lifetimeOf: () => 'connection',
  tokenOf: (host) => handshakeOf(clientOf(host)).token,
  holdsToken: true,
  refuse: (error) => nestRefusal('ws', error),
};

function clientOf(host: ArgumentsHost): object {
  return host.getArgByIndex<object>(0);
}
