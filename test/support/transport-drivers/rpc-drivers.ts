import type { TransportDriver } from './driver.js';
import { grpcDriver } from './grpc.js';
import { kafkaDriver } from './kafka.js';
import { mqttDriver } from './mqtt.js';
import { natsDriver } from './nats.js';
import { rabbitmqDriver } from './rabbitmq.js';
import { redisDriver } from './redis.js';
import { tcpDriver } from './tcp.js';

/** The drivers of all transports of microservices. */
export const RPC_DRIVERS: readonly TransportDriver[] = [
  tcpDriver,
  redisDriver,
  natsDriver,
  rabbitmqDriver,
  kafkaDriver,
  mqttDriver,
  grpcDriver,
];
