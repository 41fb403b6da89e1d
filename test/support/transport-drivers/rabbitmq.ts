import { Transport, type RmqOptions } from '@nestjs/microservices';
import { rabbitmq, RabbitServer } from '../rabbitmq-server.js';
import type { TransportDriver } from './driver.js';
import { runWithMetadata } from './packets.js';
import { withServer } from './with-server.js';

export const rmqOptions = (url: string): RmqOptions => ({
  transport: Transport.RMQ,
  options: { urls: [url], queue: 'orders', queueOptions: { durable: false } },
});

export const rabbitmqDriver: TransportDriver = {
  name: 'RabbitMQ',
  program: rabbitmq,
  start: (options) => withServer(RabbitServer.start(), ({ url }) => runWithMetadata(rmqOptions(url), options)),
};
