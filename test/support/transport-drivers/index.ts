import { ADAPTERS } from '../adapters.js';
import { SOCKET_KINDS } from '../sockets.js';
import type { TransportDriver } from './driver.js';
import { graphqlDriver, APOLLO, MERCURIUS } from './graphql.js';
import { grpcDriver } from './grpc.js';
import { httpDriver } from './http.js';
import { kafkaDriver } from './kafka.js';
import { mqttDriver } from './mqtt.js';
import { natsDriver } from './nats.js';
import { rabbitmqDriver } from './rabbitmq.js';
import { redisDriver } from './redis.js';
import { serverSentEventsDriver } from './server-sent-events.js';
import { handshakeDriver, messageDriver } from './sockets.js';
import { tcpDriver } from './tcp.js';

/** Every transport that answers the nine facts. */
export const DRIVERS: readonly TransportDriver[] = [
  ...ADAPTERS.map(httpDriver),
  ...ADAPTERS.map(serverSentEventsDriver),
  ...[APOLLO, MERCURIUS].flatMap((server) =>
    (['query', 'field', 'subscription'] as const).map((kind) => graphqlDriver(server, kind)),
  ),
  ...SOCKET_KINDS.map(handshakeDriver),
  ...SOCKET_KINDS.map(messageDriver),
  tcpDriver,
  redisDriver,
  natsDriver,
  rabbitmqDriver,
  mqttDriver,
  kafkaDriver,
  grpcDriver,
];
