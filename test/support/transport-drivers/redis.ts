import { Transport } from '@nestjs/microservices';
import { redis, RedisServer } from '../redis-server.js';
import type { TransportDriver } from './driver.js';
import { runWithPackets } from './packets.js';
import { withServer } from './with-server.js';

export const redisDriver: TransportDriver = {
  name: 'Redis',
  program: redis,
  start: (options) =>
    withServer(RedisServer.start(), ({ port }) =>
      runWithPackets({ transport: Transport.REDIS, options: { host: '127.0.0.1', port } }, options),
    ),
};
