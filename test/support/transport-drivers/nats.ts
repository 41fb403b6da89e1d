import { Transport } from '@nestjs/microservices';
import { nats, NatsServer } from '../nats-server.js';
import type { TransportDriver } from './driver.js';
import { runWithMetadata } from './packets.js';
import { withServer } from './with-server.js';

export const natsDriver: TransportDriver = {
  name: 'NATS',
  program: nats,
  start: (options) =>
    withServer(NatsServer.start(), ({ url }) =>
      runWithMetadata({ transport: Transport.NATS, options: { servers: [url] } }, options),
    ),
};
